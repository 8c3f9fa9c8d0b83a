import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Client, StoredSecret } from '#shared/domain/records/client.ts';
import {
  liveSecrets,
  withoutSecret,
  withRotation,
  withRotationCancelled,
  withRotationFinished,
  withSecret,
} from '#shared/domain/registration/client-secrets.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { aClient } from '#test/support/ports/records.ts';
import { aSecret } from '#test/support/stored/stored-secrets.ts';

const NOW = 1_800_000_000;

const HOUR = 3_600;

const clientWith = (...secrets: readonly StoredSecret[]) => aClient({ secrets });

const ended = (selector: string) => aSecret(selector, { expiresAtSeconds: NOW });

const ending = (selector: string, inSeconds: number) => aSecret(selector, { expiresAtSeconds: NOW + inSeconds });

/** The selectors of the secrets that work at a moment. */
const working = (client: Client, nowSeconds = NOW) => liveSecrets(client, nowSeconds).map(({ selector }) => selector);

/** When each secret ends; null for never. */
const ends = ({ secrets }: Client) =>
  Object.fromEntries(secrets.map(({ selector, expiresAtSeconds = null }) => [selector, expiresAtSeconds]));

const five = ['a', 'b', 'c', 'd', 'e'].map((selector) => aSecret(selector));

test('a secret does not work from the second in which it ends', () => {
  const client = clientWith(aSecret('a'), ended('b'), ending('c', 1), ending('d', -1));
  expect([working(client), working(client, NOW + 1)]).toEqual([['a', 'c'], ['a']]);
});

describe('adding a secret', () => {
  test('keeps the other secrets as they are, without the secrets that have ended', () => {
    const client = clientWith(aSecret('a'), ended('b'), ending('c', HOUR));
    const added = withSecret(client, aSecret('d'), NOW);
    expect(added).toEqual({ ...client, secrets: [aSecret('a'), ending('c', HOUR), aSecret('d')] });
  });

  test('is refused if five secrets work, and accepted if four work and a fifth has ended', () => {
    expect(verdict(() => withSecret(clientWith(...five), aSecret('f'), NOW))).toBe('conflict');
    const client = clientWith(...five.slice(1), ended('a'));
    expect(working(withSecret(client, aSecret('f'), NOW))).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  test('removes a rotation that is over, and keeps a rotation that is under way', () => {
    const rotating = withRotation(clientWith(aSecret('a')), aSecret('b'), HOUR, NOW);
    expect(withSecret(rotating, aSecret('c'), NOW + HOUR - 1).rotation).toEqual(rotating.rotation);
    expect(withSecret(rotating, aSecret('c'), NOW + HOUR).rotation).toBeUndefined();
  });
});

describe('a rotation', () => {
  test('lets old and new secrets work until its end, and then only the new secret', () => {
    const rotating = withRotation(clientWith(aSecret('a'), aSecret('b')), aSecret('c'), HOUR, NOW);
    expect(ends(rotating)).toEqual({ a: NOW + HOUR, b: NOW + HOUR, c: null });
    expect([working(rotating, NOW + HOUR - 1), working(rotating, NOW + HOUR)]).toEqual([['a', 'b', 'c'], ['c']]);
  });

  test('lets an old secret end at its own expiry if that is earlier', () => {
    const rotating = withRotation(clientWith(ending('a', 60), ending('b', 2 * HOUR)), aSecret('c'), HOUR, NOW);
    expect(ends(rotating)).toEqual({ a: NOW + 60, b: NOW + HOUR, c: null });
  });

  test('with 0 seconds of overlap is over at once, also if five secrets work', () => {
    const rotated = withRotation(clientWith(...five), aSecret('f'), 0, NOW);
    expect(rotated).toEqual({ ...clientWith(aSecret('f')), rotation: undefined });
    expect(verdict(() => withRotationCancelled(rotated, NOW))).toBe('conflict');
  });

  test('with overlap is refused if five secrets work, because six would work then', () => {
    expect(verdict(() => withRotation(clientWith(...five), aSecret('f'), 1, NOW))).toBe('conflict');
  });

  test('is refused while another rotation is under way, and accepted after its end', () => {
    const rotating = withRotation(clientWith(aSecret('a')), aSecret('b'), HOUR, NOW);
    for (const grace of [0, HOUR]) {
      expect(verdict(() => withRotation(rotating, aSecret('c'), grace, NOW + HOUR - 1))).toBe('conflict');
    }
    expect(working(withRotation(rotating, aSecret('c'), HOUR, NOW + HOUR))).toEqual(['b', 'c']);
  });

  test('that is finished removes the old secrets, and keeps a secret that was added meanwhile', () => {
    const rotating = withRotation(clientWith(aSecret('a'), ending('b', 60)), aSecret('c'), HOUR, NOW);
    const finished = withRotationFinished(withSecret(rotating, aSecret('d'), NOW), NOW);
    expect(finished).toEqual({ ...clientWith(aSecret('c'), aSecret('d')), rotation: undefined });
  });

  test('that is cancelled gives the old secrets their own expiry again, and removes the new secret', () => {
    const client = clientWith(aSecret('a'), ending('b', 2 * HOUR));
    const rotating = withRotation(client, aSecret('c'), HOUR, NOW);
    expect(withRotationCancelled(rotating, NOW + HOUR - 1)).toEqual({ ...client, rotation: undefined });
    const cancelled = withRotationCancelled(withSecret(rotating, ending('d', HOUR), NOW), NOW);
    expect(ends(cancelled)).toEqual({ a: null, b: NOW + 2 * HOUR, d: NOW + HOUR });
  });

  test.each([
    ['finished', withRotationFinished],
    ['cancelled', withRotationCancelled],
  ])('that never began, or is over, cannot be %s', (_how, conclude) => {
    const client = clientWith(aSecret('a'));
    const rotating = withRotation(client, aSecret('b'), HOUR, NOW);
    expect(verdict(() => conclude(client, NOW))).toBe('conflict');
    expect(verdict(() => conclude(rotating, NOW + HOUR))).toBe('conflict');
    expect(verdict(() => conclude(conclude(rotating, NOW), NOW))).toBe('conflict');
  });

  test('cannot be cancelled if no secret would work afterwards', () => {
    const ownEnd = withRotation(clientWith(ending('a', 60)), aSecret('b'), HOUR, NOW);
    expect(verdict(() => withRotationCancelled(ownEnd, NOW + 59))).toBe('accepted');
    expect(verdict(() => withRotationCancelled(ownEnd, NOW + 60))).toBe('conflict');
    const deleted = withoutSecret(withRotation(clientWith(aSecret('a')), aSecret('b'), HOUR, NOW), 'a', NOW);
    expect(verdict(() => withRotationCancelled(deleted, NOW))).toBe('conflict');
    const onlyNew = withRotation(clientWith(ended('a')), aSecret('b'), HOUR, NOW);
    expect(verdict(() => withRotationCancelled(onlyNew, NOW))).toBe('conflict');
    expect(working(withRotationFinished(onlyNew, NOW))).toEqual(['b']);
  });
});

describe('deleting a secret', () => {
  test('keeps the other secrets that work, and revokes all access tokens of the client', () => {
    const client = clientWith(aSecret('a'), ending('b', HOUR), ended('c'));
    expect(withoutSecret(client, 'a', NOW)).toEqual({
      ...clientWith(ending('b', HOUR)),
      rotation: undefined,
      revokedBeforeSeconds: NOW + 1,
    });
  });

  test('also revokes tokens that the client obtained after an earlier deletion in the same second', () => {
    const once = withoutSecret(clientWith(...five), 'a', NOW);
    expect([once, withoutSecret(once, 'b', NOW)].map((client) => client.revokedBeforeSeconds)).toEqual([
      NOW + 1,
      NOW + 2,
    ]);
    expect(withoutSecret(once, 'b', NOW + HOUR).revokedBeforeSeconds).toBe(NOW + HOUR + 1);
  });

  test('is refused for the last secret that works', () => {
    expect(verdict(() => withoutSecret(clientWith(ended('a'), ending('b', 1)), 'b', NOW))).toBe('conflict');
  });

  test.each(['z', 'A', '', 'ended'])('is not_found for the selector %j', (selector) => {
    const client = clientWith(aSecret('a'), aSecret('b'), ended('ended'));
    expect(verdict(() => withoutSecret(client, selector, NOW))).toBe('not_found');
  });

  test('cancels a rotation if it is the new secret', () => {
    const client = clientWith(aSecret('a'), ending('b', 2 * HOUR));
    const rotating = withRotation(client, aSecret('c'), HOUR, NOW);
    expect(withoutSecret(rotating, 'c', NOW)).toEqual({
      ...client,
      rotation: undefined,
      revokedBeforeSeconds: NOW + 1,
    });
  });

  test('does not end a rotation if it is an old secret', () => {
    const rotating = withRotation(clientWith(aSecret('a'), aSecret('b')), aSecret('c'), HOUR, NOW);
    const remaining = withoutSecret(rotating, 'a', NOW);
    expect([ends(remaining), remaining.rotation]).toEqual([{ b: NOW + HOUR, c: null }, rotating.rotation]);
    expect(ends(withRotationCancelled(remaining, NOW))).toEqual({ b: null });
    expect(ends(withRotationFinished(remaining, NOW))).toEqual({ c: null });
  });
});

describe('any sequence of changes, at any times', () => {
  type Step = (client: Client, serial: number, nowSeconds: number) => Client;
  const nth = ({ secrets }: Client, n: number) => secrets[n % secrets.length]?.selector ?? '';
  const steps: fc.Arbitrary<Step> = fc.oneof(
    fc.constant<Step>((client, serial, now) => withSecret(client, aSecret(`s${serial}`), now)),
    fc.nat(3).map<Step>((hours) => (client, serial, now) => {
      return withRotation(client, aSecret(`s${serial}`), hours * HOUR, now);
    }),
    fc.constant<Step>((client, _serial, now) => withRotationFinished(client, now)),
    fc.constant<Step>((client, _serial, now) => withRotationCancelled(client, now)),
    fc.nat(5).map<Step>((n) => (client, _serial, now) => withoutSecret(client, nth(client, n), now)),
  );
  const history = fc.array(fc.tuple(steps, fc.nat(2 * HOUR)), { maxLength: 30 });

  /**
   * Returns the client after each step, with the moment. A refused step changes nothing; any other error fails the
   * test.
   */
  const run = (taken: readonly (readonly [Step, number])[]) => {
    let [client, now] = [clientWith(aSecret('first')), NOW];
    return taken.map(([step, seconds], serial) => {
      now += seconds;
      verdict(() => {
        client = step(client, serial, now);
      });
      return { client, now };
    });
  };

  test('leaves one to five secrets that work, and one of them without expiry, if no secret is made with an expiry', () => {
    const holds = fc.property(history, (taken) => {
      for (const { client, now } of run(taken)) {
        const live = liveSecrets(client, now);
        expect(live.length).toBeGreaterThanOrEqual(1);
        expect(live.length).toBeLessThanOrEqual(5);
        expect(live.some(({ expiresAtSeconds }) => expiresAtSeconds === undefined)).toBe(true);
      }
    });
    fc.assert(holds, { numRuns: 1_000 });
  });

  test('never moves the mark of the revocations back', () => {
    const holds = fc.property(history, (taken) => {
      const marks = run(taken).map(({ client }) => client.revokedBeforeSeconds ?? 0);
      expect(marks).toEqual(marks.toSorted((left, right) => left - right));
    });
    fc.assert(holds, { numRuns: 200 });
  });
});
