import * as z from 'zod';
import { apiToken, apiTokenExample, tenantTokens, userTokens } from './api-tokens.ts';
import { expiresInSeconds, text } from './fields.ts';
import { lambdaTable, type Route } from './table.ts';

const TITLE_CHARACTERS = 128;
const GRACE_SECONDS_MAX = 604_800;

const withSecret = apiToken.extend({ clientSecret: z.string() });
const withSecretExample = { ...apiTokenExample, clientSecret: 'mms_…' };

const addition = {
  method: 'POST',
  errors: 'problem',
  body: {
    encoding: 'json',
    schema: z.object({ title: text(TITLE_CHARACTERS).optional(), expiresInSeconds }),
    example: { title: 'blue deployment', expiresInSeconds: 2_592_000 },
  },
  reply: {
    status: 201,
    description: 'The API token with all its secrets, and the new one in clear, this once',
    schema: withSecret,
    example: withSecretExample,
  },
  audit: 'secret.created',
} as const satisfies Partial<Route>;

const rotation = {
  method: 'POST',
  errors: 'problem',
  body: {
    encoding: 'json',
    schema: z.object({ graceSeconds: z.int().min(0).max(GRACE_SECONDS_MAX) }),
    example: { graceSeconds: 86_400 },
  },
  reply: {
    status: 201,
    description:
      'The API token with its secrets, and the new one in clear, this once; the old ones end after the grace',
    schema: withSecret,
    example: withSecretExample,
  },
  audit: 'secret.rotation_started',
} as const satisfies Partial<Route>;

const conclusion = {
  method: 'POST',
  errors: 'problem',
  reply: { status: 200, description: 'The API token after it', schema: apiToken, example: apiTokenExample },
} as const satisfies Partial<Route>;

const removal = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'The secret and every access token of this client are worth nothing' },
  audit: 'secret.deleted',
} as const satisfies Partial<Route>;

const forTenant = { permission: 'write:tenant-tokens' } as const;
const forMember = { permission: 'write:user-tokens' } as const;

const ofTenant = `${tenantTokens}/{clientId}/secrets` as const;
const ofMember = `${userTokens}/{clientId}/secrets` as const;

/** Secrets of API tokens, several live at once, so that they can be changed without a gap. */
export const manageSecrets = lambdaTable({
  name: 'manage-secrets',
  purpose: 'Adds, rotates and deletes secrets of API tokens.',
  grants: ['standing:read', 'tokens:verify', 'clients:change', 'pepper:use', 'secrets:hash', 'audit:append'],
  routes: {
    addTenantApiTokenSecret: {
      ...addition,
      path: ofTenant,
      summary: "Add a secret to a tenant's API token; at most five are live",
      caller: forTenant,
    },
    rotateTenantApiTokenSecrets: {
      ...rotation,
      path: `${ofTenant}/rotate`,
      summary: "Give a tenant's API token a new secret, with an overlap",
      caller: forTenant,
    },
    finishTenantApiTokenRotation: {
      ...conclusion,
      path: `${ofTenant}/rotate/finish`,
      summary: 'End the overlap now: only the new secret works',
      caller: forTenant,
      audit: 'secret.rotated',
    },
    cancelTenantApiTokenRotation: {
      ...conclusion,
      path: `${ofTenant}/rotate/cancel`,
      summary: 'Take the rotation back: the old secrets are as they were',
      caller: forTenant,
      audit: 'secret.rotation_cancelled',
    },
    deleteTenantApiTokenSecret: {
      ...removal,
      path: `${ofTenant}/{secretId}`,
      summary: "Delete one secret of a tenant's API token",
      caller: forTenant,
    },
    addMemberApiTokenSecret: {
      ...addition,
      path: ofMember,
      summary: 'Add a secret to a personal API token; at most five are live',
      caller: forMember,
    },
    rotateMemberApiTokenSecrets: {
      ...rotation,
      path: `${ofMember}/rotate`,
      summary: 'Give a personal API token a new secret, with an overlap',
      caller: forMember,
    },
    finishMemberApiTokenRotation: {
      ...conclusion,
      path: `${ofMember}/rotate/finish`,
      summary: 'End the overlap now: only the new secret works',
      caller: forMember,
      audit: 'secret.rotated',
    },
    cancelMemberApiTokenRotation: {
      ...conclusion,
      path: `${ofMember}/rotate/cancel`,
      summary: 'Take the rotation back: the old secrets are as they were',
      caller: forMember,
      audit: 'secret.rotation_cancelled',
    },
    deleteMemberApiTokenSecret: {
      ...removal,
      path: `${ofMember}/{secretId}`,
      summary: 'Delete one secret of a personal API token',
      caller: forMember,
    },
  },
});
