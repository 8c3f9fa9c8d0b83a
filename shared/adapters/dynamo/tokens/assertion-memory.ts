import type { AssertionMemory } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { singleUseMemory } from './single-use.ts';

/** Remembers redeemed client assertions (RFC 7523), by client and `jti`, so that each is accepted once. */
export function dynamoAssertionMemory(environment: Environment): AssertionMemory {
  const use = singleUseMemory(environment, 'assertion');
  return { redeem: ({ clientId, ...assertion }, nowSeconds) => use({ owner: clientId, ...assertion }, nowSeconds) };
}
