import * as z from 'zod';
import type { ShortLivedWriter } from '#shared/domain/records/change-record.ts';
import type { ShortLivedKind, ShortLivedRecords } from '#shared/domain/records/look.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

const seconds = z.int();

const shortLived = { version: z.int(), expiresAtSeconds: seconds };

export const shortLivedSchemas: { readonly [Kind in ShortLivedKind]: z.ZodType<ShortLivedRecords[Kind]> } = {
  family: z.object({
    ...shortLived,
    id: z.string(),
    clientId: z.string(),
    audience: z.string(),
    scope: z.string(),
    current: z.string(),
    rotation: z.object({ previous: z.string(), salt: z.string(), atSeconds: seconds }).optional(),
    confirmation: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).optional(),
    createdAtSeconds: seconds,
    idleUntilSeconds: seconds,
  }),
  familyRoster: z.object({
    ...shortLived,
    families: z.array(z.object({ id: z.string(), expiresAtSeconds: seconds })),
  }),
};

/** The Tokens table's key of a short-lived record. */
export function shortLivedKey(kind: ShortLivedKind, key: string): string {
  return `${kind}#${key}`;
}

const isFirst = {
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': 'key' },
};

const isNextTo = (before: number) => ({
  ConditionExpression: '#version = :before',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':before': before },
});

/** Writes short-lived records into the Tokens table, one item at a time; DynamoDB removes them when they have ended. */
export function dynamoShortLivedWriter(environment: Environment): ShortLivedWriter {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    write: (kind, key, record) => {
      const { version, expiresAtSeconds: removeAt } = record;
      const Key = { key: shortLivedKey(kind, key) };
      const condition = version === 1 ? isFirst : isNextTo(version - 1);
      return putIf(client, { TableName, Key, Item: { ...Key, version, record, removeAt }, ...condition });
    },
  };
}
