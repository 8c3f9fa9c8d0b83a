import type { AssertionMemory } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { singleUseMemory } from './single-use.ts';

/** Remembers redeemed assertions and workload tokens (RFC 7523), by signer and `jti`, so that each is accepted once. */
export function dynamoAssertionMemory(environment: Environment): AssertionMemory {
  const use = singleUseMemory(environment, 'assertion');
  return { redeem: ({ signer, ...assertion }, nowSeconds) => use({ owner: signer, ...assertion }, nowSeconds) };
}
