import type { Assertion } from '#shared/domain/authenticate-assertion.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { JWT_BEARER } from '#shared/domain/grant-types.ts';
import { contradictory } from './credentials.ts';
import type { Incoming } from './incoming.ts';

const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * The JWT that a client sends in the place of a secret (RFC 7521 §4.2); undefined where there is none.
 * @throws DomainError `invalid_request` for another type of assertion, or beside other credentials
 */
export function readClientAssertion({ headers, members = {} }: Incoming): Assertion | undefined {
  const { client_assertion: value, client_assertion_type: type, client_id: clientId, client_secret: secret } = members;
  if (typeof value !== 'string') return undefined;
  if (headers.authorization !== undefined || secret !== undefined) throw contradictory();
  if (type === CLIENT_ASSERTION_TYPE)
    return { value, use: 'client', ...(typeof clientId === 'string' && { clientId }) };
  throw new DomainError(
    'invalid_request',
    `With client_assertion, send client_assertion_type=${CLIENT_ASSERTION_TYPE}.`,
  );
}

/**
 * The JWT that is traded for an access token by itself (RFC 7523 §2.1); undefined for other grants.
 * @throws DomainError `invalid_request` without an assertion, or beside client credentials
 */
export function readAssertionGrant({ headers, members = {} }: Incoming): Assertion | undefined {
  const { grant_type: grantType, assertion: value, client_id: clientId } = members;
  if (grantType !== JWT_BEARER) return undefined;
  const others = [headers.authorization, members.client_secret, members.client_assertion];
  if (others.some((other) => other !== undefined)) throw contradictory();
  if (typeof value === 'string') return { value, use: 'grant', ...(typeof clientId === 'string' && { clientId }) };
  throw new DomainError('invalid_request', 'Send the signed JWT as assertion.', { field: 'assertion' });
}
