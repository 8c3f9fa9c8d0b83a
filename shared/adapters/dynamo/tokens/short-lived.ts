import * as z from 'zod';
import type { Confirmation } from '#shared/domain/authentication/confirmation.ts';
import type { AuthorizationCode } from '#shared/domain/people-records/authorization-code.ts';
import { identityScopes } from '#shared/domain/people-records/authorization-request.ts';
import type { Interaction } from '#shared/domain/people-records/interaction.ts';
import type { LoginAttempt, LoginLink } from '#shared/domain/people-records/login-attempt.ts';
import type { ProviderLogin } from '#shared/domain/people-records/provider-login.ts';
import type { PushedRequest } from '#shared/domain/people-records/pushed-request.ts';
import { loginMethods, type Session, type SessionRoster } from '#shared/domain/people-records/session.ts';
import type { ShortLivedWriter } from '#shared/domain/records/change-record.ts';
import type { RecordKey, RecordKind, ShortLivedKind } from '#shared/domain/records/record-key.ts';
import type { FamilyGrant, FamilyRoster, FamilyRotation, TokenFamily } from '#shared/domain/tokens/token-family.ts';
import type { Environment } from '#shared/ports.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { peopleSchemas } from './people-schemas.ts';
import { shortLived } from './short-lived-members.ts';

const seconds = z.int();

/** The type of the records of each kind. The keys of a kind have the same type. */
export interface ShortLivedRecords {
  readonly family: TokenFamily;
  readonly familyRoster: FamilyRoster;
  readonly session: Session;
  readonly sessionRoster: SessionRoster;
  readonly interaction: Interaction;
  readonly loginAttempt: LoginAttempt;
  readonly loginLink: LoginLink;
  readonly code: AuthorizationCode;
  readonly providerLogin: ProviderLogin;
  readonly pushedRequest: PushedRequest;
}

const shortLivedSchemas: { readonly [Kind in ShortLivedKind]: z.ZodType<ShortLivedRecords[Kind]> } = {
  family: z.object({
    ...shortLived,
    id: z.string(),
    clientId: z.string(),
    audience: z.string(),
    scope: z.string(),
    current: z.string(),
    rotation: z
      .object({ previous: z.string(), salt: z.string(), atSeconds: seconds } satisfies ShapeOf<FamilyRotation>)
      .optional(),
    confirmation: z
      .object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() } satisfies ShapeOf<Confirmation>)
      .optional(),
    entitlementId: z.string().optional(),
    granted: z
      .object({
        userId: z.string(),
        tenantId: z.string().optional(),
        dependsOn: z.array(z.string()),
        grantedAtSeconds: seconds,
        permissions: z.array(z.string()),
        identityScopes: z.array(z.enum(identityScopes)),
        authenticatedAtSeconds: seconds.optional(),
        methods: z.array(z.enum(loginMethods)),
      } satisfies ShapeOf<FamilyGrant>)
      .optional(),
    createdAtSeconds: seconds,
    idleUntilSeconds: seconds,
  } satisfies ShapeOf<TokenFamily>),
  familyRoster: z.object({
    ...shortLived,
    families: z.array(
      z.object({ id: z.string(), expiresAtSeconds: seconds } satisfies ShapeOf<FamilyRoster['families'][number]>),
    ),
  } satisfies ShapeOf<FamilyRoster>),
  ...peopleSchemas,
};

/** Returns the schema of a kind. A test of types compares the types of all keys with `ShortLivedRecords`. */
export function shortLivedSchemaOf<Kept>({ kind }: RecordKind<ShortLivedKind, Kept>): z.ZodType<Kept> {
  return shortLivedSchemas[kind] as z.ZodType<Kept>;
}

/** Returns the key of a short-lived record in the Tokens table. */
export function shortLivedKey({ kind, id }: RecordKey<ShortLivedKind, unknown>): string {
  return `${kind}#${id}`;
}

const isFirst = {
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': 'key' },
};

const followsVersion = (before: number) => ({
  ConditionExpression: '#version = :before',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':before': before },
});

/**
 * Writes short-lived records into the Tokens table, one item at a time. DynamoDB removes them after their end (TTL).
 */
export function dynamoShortLivedWriter(environment: Environment): ShortLivedWriter {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    write: (key, record) => {
      const { version, expiresAtSeconds: removeAt } = record;
      const Key = { key: shortLivedKey(key) };
      const condition = version === 1 ? isFirst : followsVersion(version - 1);
      return putIf(client, { TableName, Key, Item: { ...Key, version, record, removeAt }, ...condition });
    },
  };
}
