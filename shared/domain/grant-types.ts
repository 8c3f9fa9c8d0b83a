/** A client's own credentials are all it has to show (RFC 6749 §4.4). */
export const CLIENT_CREDENTIALS = 'client_credentials';

/** A JWT that the client has signed is all it has to show (RFC 7523 §2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** A client shows its credentials and what it was given for the next time (RFC 6749 §6). */
export const REFRESH_TOKEN = 'refresh_token';

/** A client shows its credentials and an access token that somebody sent it (RFC 8693 §2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What can be traded for an access token. */
export const grantTypes = [CLIENT_CREDENTIALS, JWT_BEARER, REFRESH_TOKEN, TOKEN_EXCHANGE] as const;
export type GrantType = (typeof grantTypes)[number];

export function isGrantType(value: string): value is GrantType {
  return (grantTypes as readonly string[]).includes(value);
}
