import { createHash } from 'node:crypto';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** A credential that is accepted once: its owner, its id (`jti`), and its end in seconds since 1970. */
export interface SingleUse {
  readonly owner: string;
  readonly jti: string;
  readonly endsAtSeconds: number;
}

/**
 * Remembers used credentials in the Tokens table until their end. After its end a credential is refused because of its
 * age, so it does not matter when DynamoDB removes the item. `kind` is the beginning of the items' keys. The returned
 * function resolves with true for the first use and false for a repeated use, and rejects with
 * `temporarily_unavailable` if DynamoDB fails.
 */
export function singleUseMemory(environment: Environment, kind: 'assertion' | 'dpop') {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return ({ owner, jti, endsAtSeconds }: SingleUse, nowSeconds: number): Promise<boolean> => {
    const Key = { key: `${kind}#${owner}#${createHash('sha256').update(jti).digest('base64url')}` };
    return putIf(client, {
      TableName,
      Key,
      Item: { ...Key, freeAt: endsAtSeconds, removeAt: endsAtSeconds },
      ConditionExpression: 'attribute_not_exists(#key) OR freeAt <= :now',
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':now': nowSeconds },
    });
  };
}
