import type { Clock } from '../ambient.ts';
import type { Pepper } from '../keys/ports.ts';
import type { ProofMemory, ProofOfPossession, ProofVerifier } from './ports.ts';

/** Algorithms of RFC 7518 §3.1, RFC 8037 §3.1 and RFC 9864 §2.2 that clients may sign proofs with. */
export const dpopAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** A proof is made for one request and sent at once. */
const AGE_SECONDS_MAX = 60;

/** How far ahead the client's clock may be (RFC 9449 §11.1). */
const PROOF_CLOCK_SKEW_SECONDS = 30;

/** A DPoP proof (RFC 9449 §4) with the request that brought it. */
export interface PresentedProof {
  readonly value: string;
  readonly method: string;
  /** Where the request went, as the server knows itself; never as the client calls it. */
  readonly url: string;
}

interface Ports {
  readonly proofVerifier: ProofVerifier;
  readonly proofMemory: ProofMemory;
  readonly clock: Clock;
}

/** The checks of RFC 9449 §4.3 that need no record: form, signature, method, URL and age. Undefined where one fails. */
export async function verifyProof(
  { value, method, url }: PresentedProof,
  { proofVerifier, clock }: Pick<Ports, 'proofVerifier' | 'clock'>,
): Promise<ProofOfPossession | undefined> {
  const proof = await proofVerifier.verify(value);
  if (proof === undefined || proof.htm !== method || !isSameResource(proof.htu, url)) return undefined;
  return isRecent(proof, clock.nowSeconds()) ? proof : undefined;
}

/**
 * True for the request that uses a proof first (RFC 9449 §11.1). Everything else about the request is to be checked before, so
 * that nobody without a credential fills the memory.
 */
export function redeemProof(proof: ProofOfPossession, { proofMemory, clock }: Omit<Ports, 'proofVerifier'>) {
  const { thumbprint, jti } = proof;
  return proofMemory.redeem({ thumbprint, jti, endsAtSeconds: endOfProof(proof) }, clock.nowSeconds());
}

/** The moment from which the proof is refused for its age. */
function endOfProof({ iat }: ProofOfPossession): number {
  return Math.ceil(iat) + AGE_SECONDS_MAX;
}

function isRecent(proof: ProofOfPossession, nowSeconds: number): boolean {
  return proof.iat <= nowSeconds + PROOF_CLOCK_SKEW_SECONDS && nowSeconds < endOfProof(proof);
}

/** Compares after the normalisation of RFC 9449 §4.3: query and fragment do not count, spellings of host and escapes neither. */
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

/** A nonce is handed out for this long, and taken for as long again. */
const PERIOD_SECONDS = 300;

interface NoncePorts {
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/**
 * The nonce that proofs are to carry now (RFC 9449 §8). It is the seal of a period of time under the workspace's pepper:
 * nobody can know one of the future, and none has to be remembered.
 */
export function currentNonce({ pepper, clock }: NoncePorts): Promise<string> {
  return pepper.seal(messageFor(periodAt(clock)));
}

/** Whether this is the nonce of the present period or of the one before. */
export async function isRecentNonce(nonce: string, { pepper, clock }: NoncePorts): Promise<boolean> {
  const period = periodAt(clock);
  const matches = await Promise.all([period, period - 1].map((each) => pepper.isSealed(messageFor(each), nonce)));
  return matches.includes(true);
}

function periodAt(clock: Clock): number {
  return Math.floor(clock.nowSeconds() / PERIOD_SECONDS);
}

function messageFor(period: number): string {
  return `dpop-nonce\n${period}`;
}
