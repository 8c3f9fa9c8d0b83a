import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endLeaked } from '#shared/domain/clients/report-leak.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { isLive } from '#shared/domain/records/lifecycle.ts';
import { nameKey } from '#shared/domain/records/permissions.ts';
import { newSecret } from '#shared/domain/registration/secret.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { uncounted } from '#test/support/faults/failure-counters.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient } from '#test/support/ports/records.ts';
import { standingClock } from '#test/support/world/clock.ts';

const clock = standingClock();

const pepper = {
  seal: async () => 'sealed00',
  isSealed: async (_message: string, seal: string) => seal === 'sealed00',
};

const hash = { hash: async () => '', compare: async () => false, remembers: () => false, decoyHash: '' };

const random = { bytes: (length: number) => randomBytes(length) };

const createSecret = () =>
  newSecret({ clientId: 'cli_export', createdBy: '' }, { clock, pepper, random, hasher: hash });

/** A client with two secrets. `report` reports the first one, and calls `meanwhile` between finding and ending it. */
async function arrange({ isAdministrator = false } = {}) {
  const [found, other] = [await createSecret(), await createSecret()];
  const client = aClient({ secrets: [found.stored, other.stored] });
  const ownerId = isAdministrator ? client.id : 'cli_admin';
  const claim = { ownerId, createdAtSeconds: clock.nowSeconds(), version: 1 };
  const kept = memoryRecords({
    clients: [client],
    records: { name: { [nameKey('administrator', 'workspace').id]: claim } },
  });
  const ports = {
    ...kept,
    clock,
    pepper,
    verifier: { algorithms: [], verify: async () => undefined },
    failures: uncounted,
    revocations: { revoke: async () => undefined },
  };
  const report = (meanwhile: () => Promise<unknown>, change: Partial<typeof ports> = {}) =>
    endLeaked(
      { credential: found.value, clientId: client.id, source: '192.0.2.1' },
      async () => void (await meanwhile()),
      { ...ports, ...change },
    );
  const replace = (change: (before: Client) => Client) => {
    const before = kept.client(client.id) ?? client;
    return kept.clientChanger.replace({ ...change(before), version: before.version + 1 });
  };
  const live = () => kept.client(client.id)?.secrets.filter((secret) => isLive(secret, clock.nowSeconds())) ?? [];
  return { found, other, ports, report, replace, live };
}

describe('Q10: the report of a leaked secret', () => {
  test('succeeds without a write if the client is deleted meanwhile', async () => {
    const { report, ports } = await arrange();
    let isDeleted = false;
    const open = () => ({
      ...ports.records.open('cli_export'),
      client: async () => (isDeleted ? undefined : ports.client('cli_export')),
    });
    const deleted = async () => {
      isDeleted = true;
    };
    expect([await report(deleted, { records: { open } }), ports.writes()]).toEqual([undefined, 0]);
  });

  test('leaves the other secrets if the leaked secret is deleted meanwhile', async () => {
    const { report, replace, live, other } = await arrange();
    expect(await report(() => replace((before) => ({ ...before, secrets: [other.stored] })))).toBeUndefined();
    expect(live()).toEqual([other.stored]);
  });

  test("answers a conflict and ends no secret if the administrator's other secret is deleted meanwhile", async () => {
    const { report, replace, live, found } = await arrange({ isAdministrator: true });
    expect(await report(() => replace((before) => ({ ...before, secrets: [found.stored] })))).toBe('conflict');
    expect(live()).toEqual([found.stored]);
  });

  test('answers temporarily_unavailable and ends no secret if other changes keep winning', async () => {
    const { report, live, found } = await arrange();
    const outcome = report(async () => undefined, { clientChanger: { replace: async () => false } });
    expect([await outcomeOf(outcome), live().includes(found.stored)]).toEqual(['temporarily_unavailable', true]);
  });
});
