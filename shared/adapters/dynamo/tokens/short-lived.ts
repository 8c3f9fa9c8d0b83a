import * as z from 'zod';
import type { Confirmation } from '#shared/domain/authentication/confirmation.ts';
import type { ShortLivedWriter } from '#shared/domain/records/change-record.ts';
import type { ShortLived } from '#shared/domain/records/lifecycle.ts';
import type { RecordKey, RecordKind, ShortLivedKind } from '#shared/domain/records/record-key.ts';
import type { FamilyRoster, FamilyRotation, TokenFamily } from '#shared/domain/tokens/token-family.ts';
import type { Environment } from '#shared/ports.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

const seconds = z.int();

const shortLived = { version: z.int(), expiresAtSeconds: seconds } satisfies ShapeOf<ShortLived>;

/** The type of the records of each kind. The keys of a kind have the same type. */
export interface ShortLivedRecords {
  readonly family: TokenFamily;
  readonly familyRoster: FamilyRoster;
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
    createdAtSeconds: seconds,
    idleUntilSeconds: seconds,
  } satisfies ShapeOf<TokenFamily>),
  familyRoster: z.object({
    ...shortLived,
    families: z.array(
      z.object({ id: z.string(), expiresAtSeconds: seconds } satisfies ShapeOf<FamilyRoster['families'][number]>),
    ),
  } satisfies ShapeOf<FamilyRoster>),
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
