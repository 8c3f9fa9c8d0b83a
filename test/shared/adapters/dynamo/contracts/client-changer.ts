import { expect, test } from 'vitest';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { aClient } from '#test/support/ports/records.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const find = (ports: Ports) => ports.records.open('any').client('cli_export');

/** The contract of `ClientChanger`: a client changes version by version, and no change overwrites an unknown one. */
export function clientChangerContract(open: () => Promise<Workspace>): void {
  const openWithClient = async () => {
    const workspace = await open();
    await workspace.ports.clients.insert(aClient());
    return workspace;
  };

  test('replaces a complete client by its next version', async () => {
    const { ports } = await openWithClient();
    const second = aClient({
      version: 2,
      description: 'weekly export',
      metadata: { team: 'Büro', deep: { '': [1, 2.5, null, true, 'x'] } },
      secrets: [],
      rotation: { selector: 'aBc123', endsAtSeconds: 1_900_000_000, before: [{ selector: 'dEf456' }] },
      revokedBeforeSeconds: 1_800_000_001,
      status: 'disabled',
      expiresAtSeconds: 1_900_000_000,
      tokenLifetimeSeconds: 600,
    });
    expect(await ports.clientChanger.replace(second)).toBe(true);
    expect(await find(ports)).toEqual(second);
  });

  test('removes members that the next version does not have', async () => {
    const { ports } = await open();
    await ports.clients.insert(aClient({ metadata: { team: 'x' }, expiresAtSeconds: 1_900_000_000 }));
    expect(await ports.clientChanger.replace(aClient({ version: 2 }))).toBe(true);
    expect(await find(ports)).toEqual(aClient({ version: 2 }));
  });

  test.each([1, 3])('does not replace version 1 by version %i', async (version) => {
    const { ports } = await openWithClient();
    expect(await ports.clientChanger.replace(aClient({ description: 'lost', version }))).toBe(false);
    expect(await find(ports)).toEqual(aClient());
  });

  test('I9: does not restore a removed client', async () => {
    const { ports } = await openWithClient();
    await ports.clientRemover.remove('cli_export');
    expect(await ports.clientChanger.replace(aClient({ version: 2 }))).toBe(false);
    expect(await find(ports)).toBeUndefined();
  });

  test('lets one of 32 changes to the same version succeed', async () => {
    const { ports } = await openWithClient();
    const replace = (runner: number) =>
      ports.clientChanger.replace(aClient({ description: `runner ${runner}`, version: 2 }));
    expect(countEach((await Promise.all(race(32, replace))).map(String))).toEqual({ true: 1, false: 31 });
  });

  test('keeps the place of a client in its list', async () => {
    const { ports } = await openWithClient();
    await ports.clients.insert(aClient({ id: 'cli_second', createdAtSeconds: 1_800_000_001 }));
    await ports.clientChanger.replace(aClient({ description: 'renamed', version: 2 }));
    const { items } = await ports.clientList.list({ tenantId: 'ten_acme' }, { limit: 10 }, 1_800_000_000);
    expect(items.map(({ description }) => description)).toEqual(['renamed', 'nightly export']);
  });

  test('succeeds if the reply of its own write is lost', async () => {
    const { ports, dynamo } = await openWithClient();
    const replace = () => ports.clientChanger.replace(aClient({ description: 'mine', version: 2 }));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), replace)).toBe(true);
    expect(await find(ports)).toEqual(aClient({ description: 'mine', version: 2 }));
  });

  test('I6: answers temporarily_unavailable if DynamoDB fails', async () => {
    const { ports, dynamo } = await openWithClient();
    const replace = () => outcomeOf(ports.clientChanger.replace(aClient({ version: 2 })));
    expect(await whileFailing(dynamo, denied, replace)).toBe('temporarily_unavailable');
    expect(await find(ports)).toEqual(aClient());
  });
}
