import { expect, test } from 'vitest';
import { countEach, outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const NOW = 1_800_000_000;
const DAY_SECONDS = 86_400;
/** A running creation is older than this only if it was interrupted. */
const ABANDONED_AFTER_SECONDS = 30;

const reply = { status: 201, body: { id: 'ten_acme', metadata: { '': [1, 2.5, null] } } };
const begin = ({ memory }: Ports, atSeconds = NOW, fingerprint = 'first') =>
  memory.begin('cli_1#key', fingerprint, atSeconds);
const finish = ({ memory }: Ports) => memory.finish('cli_1#key', 'first', reply, NOW);

/** The contract of `RequestMemory`: a creation with an idempotency key is done once. */
export function requestMemoryContract(open: () => Promise<Workspace>): void {
  test('begins an unknown creation', async () => {
    const { ports } = await open();
    expect(await begin(ports)).toBeUndefined();
  });

  test('returns the fingerprint of a running creation', async () => {
    const { ports, openAgain } = await open();
    await begin(ports);
    for (const process of [ports, openAgain()]) {
      expect(await begin(process, NOW, 'second')).toEqual({ fingerprint: 'first' });
    }
  });

  test('returns the fingerprint and the reply of a finished creation', async () => {
    const { ports, openAgain } = await open();
    await begin(ports);
    await finish(ports);
    for (const process of [ports, openAgain()]) {
      expect(await begin(process, NOW, 'second')).toEqual({ fingerprint: 'first', reply });
    }
  });

  test('distinguishes names', async () => {
    const { ports } = await open();
    await begin(ports);
    await finish(ports);
    for (const name of ['cli_2#key', 'cli_1#other', 'cli_1#KEY', 'cli_1#key#', 'cli_1']) {
      expect(await ports.memory.begin(name, 'first', NOW)).toBeUndefined();
    }
  });

  test('begins one of 32 creations with the same name', async () => {
    const { ports } = await open();
    const begun = await Promise.all(race(32, (runner) => begin(ports, NOW, `runner ${runner}`)));
    expect(countEach(begun.map((known) => String(known === undefined)))).toEqual({ true: 1, false: 31 });
  });

  test('forgets a failed creation', async () => {
    const { ports } = await open();
    await begin(ports);
    await ports.memory.forget('cli_1#key');
    expect(await begin(ports, NOW, 'second')).toBeUndefined();
  });

  test('accepts that an unknown creation is forgotten', async () => {
    const { ports } = await open();
    expect(await outcomeOf(ports.memory.forget('cli_1#key'))).toBe('done');
  });

  test('lets one of 32 requests begin again after half a minute, if the creation was interrupted', async () => {
    const { ports } = await open();
    await begin(ports);
    expect(await begin(ports, NOW + ABANDONED_AFTER_SECONDS)).toEqual({ fingerprint: 'first' });
    const again = race(32, () => begin(ports, NOW + ABANDONED_AFTER_SECONDS + 1, 'second'));
    const known = await Promise.all(again);
    expect(countEach(known.map((creation) => String(creation?.fingerprint)))).toEqual({ undefined: 1, second: 31 });
  });

  test('remembers a finished creation for a day, and does not depend on removal by DynamoDB', async () => {
    const { ports } = await open();
    await begin(ports);
    await finish(ports);
    expect(await begin(ports, NOW + DAY_SECONDS)).toEqual({ fingerprint: 'first', reply });
    expect(await begin(ports, NOW + DAY_SECONDS + 1, 'second')).toBeUndefined();
    expect(await begin(ports, NOW + DAY_SECONDS + 1)).toEqual({ fingerprint: 'second' });
  });

  test('lets DynamoDB remove a creation after a day', async () => {
    const { ports, scan } = await open();
    await begin(ports);
    expect(await scan('TOKENS')).toMatchObject([{ removeAt: NOW + DAY_SECONDS }]);
    await finish(ports);
    expect(await scan('TOKENS')).toMatchObject([{ removeAt: NOW + DAY_SECONDS }]);
  });

  test('succeeds to begin if the reply of its own write is lost', async () => {
    const { ports, dynamo } = await open();
    const known = await whileFailing(dynamo, loseFirstReplyTo('PutItem'), () => begin(ports));
    expect(known).toBeUndefined();
    expect(await begin(ports)).toEqual({ fingerprint: 'first' });
  });

  test.each([
    ['PutItem', finish, { fingerprint: 'first', reply }],
    ['DeleteItem', ({ memory }: Ports) => memory.forget('cli_1#key'), undefined],
  ])('succeeds if the reply of its own %s is lost', async (operation, act, expected) => {
    const { ports, dynamo } = await open();
    await begin(ports);
    expect(await whileFailing(dynamo, loseFirstReplyTo(operation), () => outcomeOf(act(ports)))).toBe('done');
    expect(await begin(ports)).toEqual(expected);
  });

  test('I6: answers temporarily_unavailable, and begins no creation, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    await begin(ports);
    const calls = () => outcomesOf([begin(ports), finish(ports), ports.memory.forget('cli_1#key')]);
    expect(await whileFailing(dynamo, denied, calls)).toEqual({ temporarily_unavailable: 3 });
    expect(await begin(ports)).toEqual({ fingerprint: 'first' });
  });
}
