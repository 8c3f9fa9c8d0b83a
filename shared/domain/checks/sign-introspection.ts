import type { Clock } from '../ambient.ts';
import { countSignedAnswer } from '../authentication/attempt-limits.ts';
import type { FailureCounter } from '../authentication/ports.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { Introspection, Introspector } from './introspect-token.ts';

/** The claims of a signed introspection answer (RFC 9701 §5). */
export interface SignedIntrospectionClaims {
  readonly iss: string;
  /** The client id of the caller, so that no other client accepts the answer as its own. */
  readonly aud: string;
  readonly iat: number;
  readonly token_introspection: Introspection;
}

/**
 * Signs introspection answers. Their header `typ` differs from the type of tokens, so that no API accepts them as
 * tokens (RFC 9701 §8.1).
 */
export interface IntrospectionSigner {
  sign(claims: SignedIntrospectionClaims, algorithm: SigningAlgorithm): Promise<string>;
}

interface Ports {
  readonly issuer: string;
  readonly clock: Clock;
  readonly verifier: { readonly algorithms: readonly SigningAlgorithm[] };
  readonly introspectionSigner: IntrospectionSigner;
  readonly failures: FailureCounter;
}

/**
 * Chooses the algorithm that signs introspection answers and status lists: RS256 if the workspace has a key for it,
 * because clients expect it by default (RFC 9701 §6); otherwise the first algorithm. Empty without a signing key.
 */
export function statementAlgorithms(algorithms: readonly SigningAlgorithm[]): readonly SigningAlgorithm[] {
  return algorithms.includes('RS256') ? ['RS256'] : algorithms.slice(0, 1);
}

/**
 * Signs an introspection answer with the workspace's key, so that the caller can keep it as evidence (RFC 9701).
 * @throws DomainError `rate_limited` if the caller got too many signed answers in this minute; `temporarily_unavailable`
 */
export async function signIntrospection(caller: Introspector, answer: Introspection, ports: Ports): Promise<string> {
  const { issuer, clock, verifier, introspectionSigner } = ports;
  const [algorithm] = statementAlgorithms(verifier.algorithms);
  if (algorithm === undefined) throw new Error('The workspace has no signing key.');
  const aud = 'client' in caller ? caller.client.id : caller.clientId;
  await countSignedAnswer(aud, ports);
  const claims = {
    iss: issuer,
    aud,
    iat: clock.nowSeconds(),
    token_introspection: answer,
  };
  return introspectionSigner.sign(claims, algorithm);
}
