import type { Pepper } from './crypto-ports.ts';
import type { Clock } from './ports.ts';

/** A nonce is handed out for this long, and taken for as long again. */
const PERIOD_SECONDS = 300;

interface Ports {
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/**
 * The nonce that proofs are to carry now (RFC 9449 §8). It is the seal of a period of time under the workspace's pepper:
 * nobody can know one of the future, and none has to be remembered.
 */
export function currentNonce({ pepper, clock }: Ports): Promise<string> {
  return pepper.seal(messageFor(periodAt(clock)));
}

/** Whether this is the nonce of the present period or of the one before. */
export async function isRecentNonce(nonce: string, { pepper, clock }: Ports): Promise<boolean> {
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
