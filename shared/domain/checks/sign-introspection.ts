import type { Clock } from '../ambient.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { Introspection, Introspector } from './introspect-token.ts';

/** The claims of an introspection answer that is signed (RFC 9701 §5); `aud` is who asked, so that nobody else takes it for theirs. */
export interface SignedIntrospectionClaims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly token_introspection: Introspection;
}

interface Ports {
  readonly issuer: string;
  readonly clock: Clock;
  readonly verifier: { readonly algorithms: readonly SigningAlgorithm[] };
  readonly introspectionSigner: IntrospectionSigner;
}

/** What statements about tokens are signed with: RS256, which every client expects without being told (RFC 9701 §6), where there is a key for it. */
export function statementAlgorithms(algorithms: readonly SigningAlgorithm[]): readonly SigningAlgorithm[] {
  return algorithms.includes('RS256') ? ['RS256'] : algorithms.slice(0, 1);
}

/** An answer of RFC 7662 as evidence that can be kept: a JWT by the workspace's key (RFC 9701). */
export async function signIntrospection(caller: Introspector, answer: Introspection, ports: Ports): Promise<string> {
  const { issuer, clock, verifier, introspectionSigner } = ports;
  const [algorithm] = statementAlgorithms(verifier.algorithms);
  if (algorithm === undefined) throw new Error('The workspace has no signing key.');
  const claims = {
    iss: issuer,
    aud: 'client' in caller ? caller.client.id : caller.clientId,
    iat: clock.nowSeconds(),
    token_introspection: answer,
  };
  return introspectionSigner.sign(claims, algorithm);
}

/** Signs answers about tokens; their type keeps them from ever passing for tokens (RFC 9701 §8.1). */
export interface IntrospectionSigner {
  sign(claims: SignedIntrospectionClaims, algorithm: SigningAlgorithm): Promise<string>;
}
