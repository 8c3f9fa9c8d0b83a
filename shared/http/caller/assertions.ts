import type { Assertion } from '#shared/domain/authentication/authenticate-assertion.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { JWT_BEARER } from '#shared/domain/records/registration.ts';
import type { Incoming } from '../request/incoming.ts';
import { contradictory } from './credentials.ts';

const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Reads the JWT that a client sends in the place of a secret (RFC 7521 §4.2).
 * @throws DomainError `invalid_request` for another type of assertion, or if there are other credentials, too
 */
export function readClientAssertion({ headers, members = {} }: Incoming): Assertion {
  const { client_assertion: value, client_assertion_type: type } = members;
  assertAlone([headers.authorization, members.client_secret]);
  if (type !== CLIENT_ASSERTION_TYPE) {
    throw new DomainError('invalid_request', `client_assertion_type must be ${CLIENT_ASSERTION_TYPE}.`);
  }
  return { value: String(value), use: 'client', clientId: clientIdOf(members) };
}

/**
 * Reads the JWT that is itself the grant for an access token (RFC 7523 §2.1).
 * @returns undefined for other grant types
 * @throws DomainError `invalid_request` without an assertion, or if there are client credentials, too
 */
export function readAssertionGrant({ headers, members = {} }: Incoming): Assertion | undefined {
  const { grant_type: grantType, assertion: value } = members;
  if (grantType !== JWT_BEARER) return undefined;
  assertAlone([headers.authorization, members.client_secret, members.client_assertion]);
  if (typeof value !== 'string') {
    throw new DomainError('invalid_request', 'Send the signed JWT in the member assertion.', { field: 'assertion' });
  }
  return { value, use: 'grant', clientId: clientIdOf(members) };
}

function assertAlone(others: readonly unknown[]): void {
  if (others.some((other) => other !== undefined)) throw contradictory();
}

function clientIdOf({ client_id: clientId }: NonNullable<Incoming['members']>): string | undefined {
  return typeof clientId === 'string' ? clientId : undefined;
}
