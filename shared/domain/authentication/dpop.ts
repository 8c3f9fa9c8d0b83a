import type { Clock } from '../ambient.ts';
import type { Pepper } from '../keys/ports.ts';
import type { ProofMemory, ProofOfPossession, ProofVerifier } from './ports.ts';

/** Algorithms that clients may sign proofs with (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). */
export const dpopAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** How old a proof may be. A client makes a proof for one request and sends it at once. */
const AGE_SECONDS_MAX = 60;

/** How far the client's clock may be ahead of ours (RFC 9449 §11.1). */
const PROOF_CLOCK_SKEW_SECONDS = 30;

/** How long a nonce is handed out. It is accepted for one more period. */
const NONCE_PERIOD_SECONDS = 300;

/** A DPoP proof (RFC 9449 §4), and the request that brought it. */
export interface PresentedProof {
  readonly value: string;
  readonly method: string;
  /** The URL of the request by the server's own name. The `Host` header of the client is not used. */
  readonly url: string;
}

interface Ports {
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
}

/** Verifies form, signature, method, URL and age of a proof (RFC 9449 §4.3). Undefined if one of them is wrong. */
export async function verifyProof(
  { value, method, url }: PresentedProof,
  { proofVerifier, clock }: Pick<Ports, 'proofVerifier' | 'clock'>,
): Promise<ProofOfPossession | undefined> {
  const proof = await proofVerifier.verify(value);
  if (proof === undefined || proof.htm !== method || !isSameResource(proof.htu, url)) return undefined;
  return isRecent(proof, clock.nowSeconds()) ? proof : undefined;
}

/**
 * Marks a proof as used: true for its first use, false for a replay (RFC 9449 §11.1). The caller checks the rest of the
 * request before, so that only clients with a credential can fill the memory.
 */
export function redeemProof(proof: ProofOfPossession, { proofMemory, clock }: Omit<Ports, 'proofVerifier'>) {
  const { thumbprint, jti } = proof;
  return proofMemory.redeem({ thumbprint, jti, endsAtSeconds: endOfProof(proof) }, clock.nowSeconds());
}

/** The first second, in Unix time, at which the proof is too old. */
function endOfProof({ iat }: ProofOfPossession): number {
  return Math.ceil(iat) + AGE_SECONDS_MAX;
}

function isRecent(proof: ProofOfPossession, nowSeconds: number): boolean {
  return proof.iat <= nowSeconds + PROOF_CLOCK_SKEW_SECONDS && nowSeconds < endOfProof(proof);
}

/** Compares as RFC 9449 §4.3 says: without query and fragment, and with host and escapes normalised. */
function isSameResource(claimed: string, actual: string): boolean {
  const resource = resourceOf(claimed);
  return resource !== undefined && resource === resourceOf(actual);
}

function resourceOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  try {
    return url.origin + decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
}

interface NoncePorts {
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/**
 * The nonce that proofs must carry now (RFC 9449 §8). It is a seal over the number of the present period, made with the
 * workspace's pepper. So a client cannot know a future nonce, and Mintmark need not store nonces.
 */
export function currentNonce({ pepper, clock }: NoncePorts): Promise<string> {
  return pepper.seal(messageFor(periodAt(clock)));
}

/** Whether this is the nonce of the present period or of the period before. */
export async function isRecentNonce(nonce: string, { pepper, clock }: NoncePorts): Promise<boolean> {
  const period = periodAt(clock);
  const matches = await Promise.all([period, period - 1].map((each) => pepper.isSealed(messageFor(each), nonce)));
  return matches.includes(true);
}

function periodAt(clock: Clock): number {
  return Math.floor(clock.nowSeconds() / NONCE_PERIOD_SECONDS);
}

function messageFor(period: number): string {
  return `dpop-nonce\n${period}`;
}
