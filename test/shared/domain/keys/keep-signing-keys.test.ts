import { describe, expect, test } from 'vitest';
import { keepSigningKeys } from '#shared/domain/keys/keep-signing-keys.ts';
import type { MadeKey, MadeKeys } from '#shared/domain/keys/ports.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';

const keys: readonly MadeKey[] = [
  { keyId: 'one', algorithm: 'RS256' },
  { keyId: 'two', algorithm: 'ES256' },
];

/** Keys in a KMS that refuses policies with unknown roles, for the first offers of each kind. */
function kmsThatRefuses(refused: { readonly admissions?: number; readonly settlements?: number } = {}) {
  const calls: string[] = [];
  const left = { admissions: 0, settlements: 0, ...refused };
  const offer = (kind: keyof typeof left, call: string) => {
    calls.push(call);
    left[kind] -= 1;
    return Promise.resolve(left[kind] < 0);
  };
  const madeKeys: MadeKeys = {
    list: async () => keys,
    admit: ({ keyId }) => offer('admissions', `admit ${keyId}`),
    settle: ({ keyId }) => offer('settlements', `settle ${keyId}`),
    end: async ({ keyId }) => void calls.push(`end ${keyId}`),
    pause: async () => void calls.push('pause'),
  };
  return { calls, madeKeys };
}

const destroy = { isDeleted: true, removal: 'destroy' } as const;
const update = { isDeleted: false, removal: 'destroy' } as const;

describe('Sound 19: an update of the deployment', () => {
  test('lets new roles use each key before the functions change, and only them afterwards', async () => {
    const { calls, madeKeys } = kmsThatRefuses();
    expect([
      await keepSigningKeys({ ...update, step: 'admit' }, madeKeys),
      await keepSigningKeys({ ...update, step: 'settle' }, madeKeys),
    ]).toEqual([
      { admitted: 2, settled: 0, ended: 0 },
      { admitted: 0, settled: 2, ended: 0 },
    ]);
    expect(calls).toEqual(['admit one', 'admit two', 'settle one', 'settle two']);
  });

  test('waits until KMS knows a new role', async () => {
    const { calls, madeKeys } = kmsThatRefuses({ admissions: 2 });
    await keepSigningKeys({ ...update, step: 'admit' }, madeKeys);
    expect(calls).toEqual(['admit one', 'pause', 'admit one', 'pause', 'admit one', 'admit two']);
  });

  test('lets in the new roles alone if KMS keeps refusing them beside the old ones', async () => {
    const { calls, madeKeys } = kmsThatRefuses({ admissions: 100 });
    await keepSigningKeys({ ...update, step: 'admit' }, madeKeys);
    expect(calls.filter((call) => call !== 'pause')).toEqual([
      ...Array(6).fill('admit one'),
      'settle one',
      'settle two',
    ]);
  });

  test('fails if KMS does not know the new roles', async () => {
    const { calls, madeKeys } = kmsThatRefuses({ settlements: 100 });
    expect(await outcomeOf(keepSigningKeys({ ...update, step: 'settle' }, madeKeys))).toBe('temporarily_unavailable');
    expect(calls.filter((call) => call === 'settle one')).toHaveLength(6);
  });
});

describe('Sound 19: the end of the deployment', () => {
  test('ends the keys, once the functions are gone', async () => {
    const { calls, madeKeys } = kmsThatRefuses();
    expect(await keepSigningKeys({ ...destroy, step: 'settle' }, madeKeys)).toEqual({
      admitted: 0,
      settled: 0,
      ended: 0,
    });
    expect(calls).toEqual([]);
    expect(await keepSigningKeys({ ...destroy, step: 'admit' }, madeKeys)).toEqual({
      admitted: 0,
      settled: 0,
      ended: 2,
    });
    expect(calls).toEqual(['end one', 'end two']);
  });

  test.each(['retain', undefined, 'Destroy', true])('changes nothing if the removal is %s', async (removal) => {
    for (const step of ['admit', 'settle']) {
      const { calls, madeKeys } = kmsThatRefuses();
      await keepSigningKeys({ isDeleted: true, removal, step }, madeKeys);
      expect(calls).toEqual([]);
    }
  });
});

test.each(['', 'end', undefined])('an unknown step changes nothing: %s', async (step) => {
  const { calls, madeKeys } = kmsThatRefuses();
  await expect(keepSigningKeys({ ...destroy, step }, madeKeys)).rejects.toThrow('The step of a custom resource');
  expect(calls).toEqual([]);
});
