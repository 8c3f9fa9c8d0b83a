/** The account that owns every local key. */
export const localAccountId = '000000000000';

/** Names one region whatever region the caller signs for. */
const arnPrefix = `arn:aws:kms:us-east-1:${localAccountId}`;

/** ARN of the key with this id. */
export function keyArn(keyId: string): string {
  return `${arnPrefix}:key/${keyId}`;
}

/** ARN of an alias; `aliasName` includes its `alias/`. */
export function aliasArn(aliasName: string): string {
  return `${arnPrefix}:${aliasName}`;
}
