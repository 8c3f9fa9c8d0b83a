import { Token } from 'aws-cdk-lib';

/**
 * An issuer has no query and no fragment (RFC 8414 §2). It has no path either, because clients disagree about where
 * the metadata of an issuer with a path is.
 * @throws Error for any other string than `https://` and a host; what only the deployment knows passes
 */
export function assertIssuer(issuer: string): void {
  if (Token.isUnresolved(issuer)) return;
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol === 'https:' && url.origin === issuer) return;
  throw new Error(`The issuer must be an https URL without path, query and slash at its end, not "${issuer}".`);
}
