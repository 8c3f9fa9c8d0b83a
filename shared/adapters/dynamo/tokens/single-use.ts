import { createHash } from 'node:crypto';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';

/** Something that may be used once: whose it is, what its owner calls it, and the moment from which it is refused anyway. */
export interface SingleUse {
  readonly owner: string;
  readonly jti: string;
  readonly endsAtSeconds: number;
}

/**
 * Keeps what was used in the Tokens table until it is refused for its age anyway, whether DynamoDB has removed it or not.
 * `kind` is how the keys of its items begin. Resolves with true for the first use.
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
