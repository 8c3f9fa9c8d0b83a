import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';

/** Ties a wrapped private half to its purpose, its issuer and its place: KMS unwraps it for nobody who does not say the same. */
export function wrappingContext(slot: string, environment: Environment): Record<string, string> {
  return { mintmark: 'signing-key', issuer: required(environment, 'MINTMARK_ISSUER'), slot };
}
