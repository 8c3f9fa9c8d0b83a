import { Token } from 'aws-cdk-lib';

/**
 * Checks an issuer: `https://` and a host, without query and fragment (RFC 8414 §2). It has no path either, because
 * clients look for the metadata of an issuer with a path at different places. A CDK token is accepted, because only the
 * deployment knows its value.
 * @throws Error if the issuer has another form
 */
export function assertIssuer(issuer: string): void {
  if (Token.isUnresolved(issuer)) return;
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol === 'https:' && url.origin === issuer) return;
  throw new Error(`The issuer must be an https URL without path, query and slash at its end, not "${issuer}".`);
}
