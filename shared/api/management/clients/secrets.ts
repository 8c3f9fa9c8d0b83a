import * as z from 'zod';
import { expiresInSeconds, text, timestamp } from '../../fields/fields.ts';
import { importedHash, newSecretExample, newSecretFields, secretFields } from '../../fields/secret-fields.ts';
import { lambdaTable, type Route } from '../../table.ts';
import { myTokens, tenantTokens, userTokens } from './api-tokens.ts';

const TITLE_CHARACTERS = 128;

/** The longest overlap of old and new secrets in a rotation: a week. */
const GRACE_SECONDS_MAX = 604_800;

const clientSecrets = z.object({
  clientId: z.string(),
  secrets: z.array(secretFields),
  rotationEndsAt: timestamp
    .nullable()
    .meta({ description: 'When the old secrets end; null if no rotation is going on' }),
  version: z.int(),
});

const example = {
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  secrets: [newSecretExample],
  rotationEndsAt: null,
  version: 2,
} as const;

const withSecret = clientSecrets.extend(newSecretFields);

const oldSecretExample = { ...newSecretExample, id: 'k4Wn8B', lastFour: 'Xb0d' };

const addedExample = {
  ...example,
  secrets: [oldSecretExample, { ...newSecretExample, title: 'blue deployment', expiresAt: '2027-02-14T08:00:00.000Z' }],
  clientSecret: 'mms_…',
};

const rotatedExample = {
  ...example,
  secrets: [{ ...oldSecretExample, expiresAt: '2027-01-16T08:00:00.000Z' }, newSecretExample],
  rotationEndsAt: '2027-01-16T08:00:00.000Z',
  clientSecret: 'mms_…',
};

const addition = {
  method: 'POST',
  errors: 'problem',
  body: {
    encoding: 'json',
    schema: z.strictObject({ title: text(TITLE_CHARACTERS).optional(), expiresInSeconds, importedHash }),
    example: { title: 'blue deployment', expiresInSeconds: 2_592_000 },
  },
  reply: {
    status: 201,
    description: 'All secrets of the client; the new secret is shown in clear, in this answer only',
    schema: withSecret,
    example: addedExample,
  },
  audit: 'client.secret.created',
} as const satisfies Partial<Route>;

const rotation = {
  method: 'POST',
  errors: 'problem',
  body: {
    encoding: 'json',
    schema: z.strictObject({ graceSeconds: z.int().min(0).max(GRACE_SECONDS_MAX) }),
    example: { graceSeconds: 86_400 },
  },
  reply: {
    status: 201,
    description:
      'All secrets of the client; the new secret is shown in clear, in this answer only. The old secrets end after the grace period',
    schema: withSecret,
    example: rotatedExample,
  },
  audit: 'client.secret.rotation_started',
} as const satisfies Partial<Route>;

const conclusion = {
  method: 'POST',
  errors: 'problem',
  reply: { status: 200, description: 'All secrets of the client after the change', schema: clientSecrets, example },
} as const satisfies Partial<Route>;

const removal = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'The secret and all access tokens of this client are invalid' },
  audit: 'client.secret.revoked',
} as const satisfies Partial<Route>;

const forTenant = { permission: 'write:tenant-tokens' } as const;

const forApplication = { permission: 'write:applications' } as const;

const forMember = { permission: 'write:user-tokens' } as const;

const forOwn = { permission: 'write:my-tokens' } as const;

const ofTenant = `${tenantTokens}/{clientId}/secrets` as const;

const ofApplication = '/v1/applications/{clientId}/secrets';

const forOwnApplication = { permission: 'write:my-applications' } as const;

const ofOwnApplication = '/v1/me/applications/{clientId}/secrets';

const ofMember = `${userTokens}/{clientId}/secrets` as const;

const ofOwn = `${myTokens}/{clientId}/secrets` as const;

/** The routes of secrets of API tokens and applications. A client can have several, to rotate without a gap. */
export const manageSecrets = lambdaTable({
  name: 'manage-secrets',
  greedyBelow: [ofTenant, ofMember, ofOwn, ofApplication, ofOwnApplication],
  purpose: 'Adds, rotates and deletes secrets of API tokens and applications.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'clients:change',
    'pepper:use',
    'secrets:hash',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    addTenantApiTokenSecret: {
      ...addition,
      path: ofTenant,
      summary: "Add a secret to a tenant's API token; at most five can be live",
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
      summary: 'End the overlap now: only the new secret stays valid',
      caller: forTenant,
      audit: 'client.secret.rotated',
    },
    cancelTenantApiTokenRotation: {
      ...conclusion,
      path: `${ofTenant}/rotate/cancel`,
      summary: 'Cancel the rotation: the old secrets get their former expiry back, the new secret becomes invalid',
      caller: forTenant,
      audit: 'client.secret.rotation_cancelled',
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
      summary: 'Add a secret to a personal API token; at most five can be live',
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
      summary: 'End the overlap now: only the new secret stays valid',
      caller: forMember,
      audit: 'client.secret.rotated',
    },
    cancelMemberApiTokenRotation: {
      ...conclusion,
      path: `${ofMember}/rotate/cancel`,
      summary: 'Cancel the rotation: the old secrets get their former expiry back, the new secret becomes invalid',
      caller: forMember,
      audit: 'client.secret.rotation_cancelled',
    },
    deleteMemberApiTokenSecret: {
      ...removal,
      path: `${ofMember}/{secretId}`,
      summary: 'Delete one secret of a personal API token',
      caller: forMember,
    },
    addMyApiTokenSecret: {
      ...addition,
      path: ofOwn,
      summary: 'Add a secret to a personal API token of the caller; at most five can be live',
      caller: forOwn,
    },
    rotateMyApiTokenSecrets: {
      ...rotation,
      path: `${ofOwn}/rotate`,
      summary: 'Give a personal API token of the caller a new secret, with an overlap',
      caller: forOwn,
    },
    finishMyApiTokenRotation: {
      ...conclusion,
      path: `${ofOwn}/rotate/finish`,
      summary: 'End the overlap now: only the new secret stays valid',
      caller: forOwn,
      audit: 'client.secret.rotated',
    },
    cancelMyApiTokenRotation: {
      ...conclusion,
      path: `${ofOwn}/rotate/cancel`,
      summary: 'Cancel the rotation: the old secrets get their former expiry back, the new secret becomes invalid',
      caller: forOwn,
      audit: 'client.secret.rotation_cancelled',
    },
    deleteMyApiTokenSecret: {
      ...removal,
      path: `${ofOwn}/{secretId}`,
      summary: 'Delete one secret of a personal API token of the caller',
      caller: forOwn,
    },
    addApplicationSecret: {
      ...addition,
      path: ofApplication,
      summary: 'Add a secret to an application; at most five can be live',
      caller: forApplication,
    },
    rotateApplicationSecrets: {
      ...rotation,
      path: `${ofApplication}/rotate`,
      summary: 'Give an application a new secret, with an overlap',
      caller: forApplication,
    },
    finishApplicationRotation: {
      ...conclusion,
      path: `${ofApplication}/rotate/finish`,
      summary: 'End the overlap now: only the new secret stays valid',
      caller: forApplication,
      audit: 'client.secret.rotated',
    },
    cancelApplicationRotation: {
      ...conclusion,
      path: `${ofApplication}/rotate/cancel`,
      summary: 'Cancel the rotation: the old secrets get their former expiry back, the new secret becomes invalid',
      caller: forApplication,
      audit: 'client.secret.rotation_cancelled',
    },
    deleteApplicationSecret: {
      ...removal,
      path: `${ofApplication}/{secretId}`,
      summary: 'Delete one secret of an application',
      caller: forApplication,
    },
    addMyApplicationSecret: {
      ...addition,
      path: ofOwnApplication,
      summary: 'Add a secret to an application of the caller; at most five can be live',
      caller: forOwnApplication,
    },
    rotateMyApplicationSecrets: {
      ...rotation,
      path: `${ofOwnApplication}/rotate`,
      summary: 'Give an application of the caller a new secret, with an overlap',
      caller: forOwnApplication,
    },
    finishMyApplicationRotation: {
      ...conclusion,
      path: `${ofOwnApplication}/rotate/finish`,
      summary: 'End the overlap now: only the new secret stays valid',
      caller: forOwnApplication,
      audit: 'client.secret.rotated',
    },
    cancelMyApplicationRotation: {
      ...conclusion,
      path: `${ofOwnApplication}/rotate/cancel`,
      summary: 'Cancel the rotation: the old secrets get their former expiry back, the new secret becomes invalid',
      caller: forOwnApplication,
      audit: 'client.secret.rotation_cancelled',
    },
    deleteMyApplicationSecret: {
      ...removal,
      path: `${ofOwnApplication}/{secretId}`,
      summary: 'Delete one secret of an application of the caller',
      caller: forOwnApplication,
    },
  },
});
