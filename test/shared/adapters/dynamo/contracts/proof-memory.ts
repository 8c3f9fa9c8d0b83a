import { expect, test } from 'vitest';
import type { RedeemedProof } from '#shared/domain/authentication/ports.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const NOW = 1_800_000_000;

const ENDS_AT = NOW + 60;

const proof = { thumbprint: 'key-1', jti: 'a', endsAtSeconds: ENDS_AT };

const redeem = ({ proofMemory }: Ports, change: Partial<RedeemedProof> = {}, atSeconds = NOW) =>
  proofMemory.redeem({ ...proof, ...change }, atSeconds);

/** The contract of `ProofMemory`: a DPoP proof is used once. */
export function proofMemoryContract(open: () => Promise<Workspace>): void {
  test('accepts a proof once if 32 requests of several processes use it at once', async () => {
    const { ports, openAgain } = await open();
    const other = openAgain();
    const outcomes = await Promise.all(race(32, (runner) => redeem(runner % 2 === 0 ? ports : other)));
    expect(countEach(outcomes.map(String))).toEqual({ true: 1, false: 31 });
  });

  test('distinguishes keys and spellings, and proofs from assertions', async () => {
    const { ports } = await open();
    await redeem(ports);
    const others = [{ thumbprint: 'key-2' }, { jti: 'A' }, { thumbprint: 'key-1#a' }];
    expect(await Promise.all(others.map((other) => redeem(ports, other)))).toEqual([true, true, true]);
    const assertion = { signer: proof.thumbprint, jti: proof.jti, endsAtSeconds: ENDS_AT };
    expect(await ports.assertionMemory.redeem(assertion, NOW)).toBe(true);
  });

  test('remembers a proof until its last second, and stores no claim of it', async () => {
    const { ports, scan } = await open();
    await redeem(ports);
    expect(await redeem(ports, {}, ENDS_AT - 1)).toBe(false);
    expect(await scan('TOKENS')).toEqual([
      {
        key: expect.stringMatching(/^dpop#key-1#[\w-]{43}$/),
        freeAt: ENDS_AT,
        removeAt: ENDS_AT,
        nonce: expect.any(String),
      },
    ]);
    expect(await redeem(ports, { endsAtSeconds: ENDS_AT + 60 }, ENDS_AT)).toBe(true);
  });

  test('answers temporarily_unavailable if DynamoDB fails, and does not use the proof', async () => {
    const { ports, dynamo } = await open();
    expect(await whileFailing(dynamo, denied, () => outcomeOf(redeem(ports)))).toBe('temporarily_unavailable');
    expect(await redeem(ports)).toBe(true);
  });
}
