/** The AWS account of all local keys. */
export const localAccountId = '000000000000';

/** All ARNs name the same region. The region of the request's signature does not matter. */
const arnPrefix = `arn:aws:kms:us-east-1:${localAccountId}`;

/** Returns the ARN of a key. */
export function keyArn(keyId: string): string {
  return `${arnPrefix}:key/${keyId}`;
}

/** Returns the ARN of an alias. `aliasName` begins with `alias/`. */
export function aliasArn(aliasName: string): string {
  return `${arnPrefix}:${aliasName}`;
}
