import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { authenticateClient } from '#shared/domain/authentication/authenticate-client.ts';
import { updateApiToken } from '#shared/domain/clients/api-tokens.ts';
import type { ClientAccess } from '#shared/domain/clients/client-ownership.ts';
import {
  addSecret,
  cancelRotation,
  deleteSecret,
  finishRotation,
  importSecret,
  rotateSecrets,
} from '#shared/domain/clients/manage-secrets.ts';
import { updateClient } from '#shared/domain/clients/update-client.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { liveSecrets } from '#shared/domain/registration/client-secrets.ts';
import { countEach, outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { uncounted } from '#test/support/faults/failure-counters.ts';
import type { Records } from '#test/support/ports/look-at.ts';
import { type MemoryRecords, memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient, aRole, aTenant } from '#test/support/ports/records.ts';
import { aSecret } from '#test/support/stored/stored-secrets.ts';
import { standingClock } from '#test/support/world/clock.ts';

const administrator: ManagementCaller = {
  clientId: 'cli_admin',
  subject: 'cli_admin',
  scope: { type: 'workspace' },
  userId: undefined,
  permissions: [],
  roles: [],
  heldPermissions: [],
};

const access: ClientAccess = { caller: administrator, owner: { tenantId: 'ten_acme' }, clientId: 'cli_export' };

const RUNNERS = 32;

/** Ports with a client that has the secrets a and b. `turn` decides the order of reads and writes. */
function open(more: Pick<Records, 'role'> = {}, turn?: () => Promise<void>) {
  const client = aClient({ secrets: [aSecret('a'), aSecret('b')], roleIds: [] });
  const kept = memoryRecords({ clients: [client], records: { tenant: { ten_acme: aTenant() }, ...more } }, turn);
  const ports = {
    ...kept,
    clock: standingClock(),
    random: { bytes: (length: number) => randomBytes(length) },
    importedSecrets: true,
    failures: uncounted,
    usage: { lastUses: async () => new Map() },
    pepper: { seal: async () => 'sealed00', isSealed: async () => true },
    hasher: {
      hash: async (secret: string) => `hash of ${secret}`,
      compare: async (secret: string, hash: string) => hash === `hash of ${secret}`,
      remembers: () => false,
      decoyHash: '',
    },
  };
  return ports;
}

function stored({ client }: Pick<MemoryRecords, 'client'>): Client {
  const found = client('cli_export');
  if (found === undefined) throw new Error('The client is gone.');
  return found;
}

const selectorsOf = ({ secrets }: Client) => secrets.map(({ selector }) => selector);

const selectorOf = (secret: string) => secret.slice(4, 10);

/** Runs `run` in 200 orders of reads and writes. */
async function inEveryOrder(run: (ports: ReturnType<typeof open>, all: AwaitAll) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const ports = open(
      {},
      scheduler.scheduleFunction(async () => {}),
    );
    await run(ports, (calls) => scheduler.waitFor(Promise.all(calls)));
  });
  await fc.assert(property, { numRuns: 200 });
}

type AwaitAll = <Result>(calls: readonly Promise<Result>[]) => Promise<readonly Result[]>;

describe('RACE: of 32 simultaneous requests', () => {
  test('exactly one begins a rotation, and only its secret is stored', async () => {
    await inEveryOrder(async (ports, all) => {
      const secrets: string[] = [];
      const rotate = async () => secrets.push((await rotateSecrets(access, 3_600, ports)).secret);
      const outcomes = await all(race(RUNNERS, rotate).map(outcomeOf));
      expect(countEach(outcomes)).toEqual({ done: 1, conflict: RUNNERS - 1 });
      expect(selectorsOf(stored(ports))).toEqual(['a', 'b', ...secrets.map(selectorOf)]);
      expect(ports.writes()).toBe(1);
    });
  });

  test('exactly one rotates without grace if all begin before one ends', async () => {
    const ports = open();
    const rotated: string[] = [];
    const rotate = async () => rotated.push((await rotateSecrets(access, 0, ports)).secret);
    expect(await outcomesOf(race(RUNNERS, rotate))).toEqual({ done: 1, conflict: RUNNERS - 1 });
    expect(selectorsOf(stored(ports))).toEqual(rotated.map(selectorOf));
  });

  test('a rotation without grace succeeds if it begins after the one before has ended, and only the last secret is stored', async () => {
    await inEveryOrder(async (ports, all) => {
      const rotated: { readonly secret: string; readonly client: Client }[] = [];
      const rotate = async () => rotated.push(await rotateSecrets(access, 0, ports));
      const { done, conflict = 0 } = countEach(await all(race(RUNNERS, rotate).map(outcomeOf)));
      expect([done, conflict]).toEqual([rotated.length, RUNNERS - rotated.length]);
      const last = rotated.find(({ client }) => client.version === 1 + rotated.length);
      expect(selectorsOf(stored(ports))).toEqual([selectorOf(last?.secret ?? '')]);
    });
  });

  test('exactly one rotates without grace if all expect the same version', async () => {
    await inEveryOrder(async (ports, all) => {
      const rotate = () => outcomeOf(rotateSecrets({ ...access, expectedVersion: 1 }, 0, ports));
      expect(countEach(await all(race(RUNNERS, rotate)))).toEqual({ done: 1, precondition_failed: RUNNERS - 1 });
    });
  });

  test('exactly one imports a secret', async () => {
    await inEveryOrder(async (ports, all) => {
      const outcomes = await all(race(RUNNERS, () => outcomeOf(importSecret(access, { importedHash: 'hash' }, ports))));
      expect(countEach(outcomes)).toEqual({ done: 1, conflict: RUNNERS - 1 });
      expect(stored(ports).secrets.map(({ imported }) => imported)).toEqual([undefined, undefined, true]);
    });
  });

  test('three add a secret if there are two secrets already', async () => {
    await inEveryOrder(async (ports, all) => {
      const outcomes = await all(race(RUNNERS, () => outcomeOf(addSecret(access, {}, ports))));
      expect(countEach(outcomes)).toEqual({ done: 3, conflict: RUNNERS - 3 });
      expect([selectorsOf(stored(ports)).length, ports.writes()]).toEqual([5, 3]);
    });
  });

  test.each([
    ['finish', finishRotation],
    ['cancel', cancelRotation],
  ])('exactly one can %s a rotation', async (_how, conclude) => {
    await inEveryOrder(async (ports, all) => {
      await all([rotateSecrets(access, 3_600, ports)]);
      const outcomes = await all(race(RUNNERS, () => outcomeOf(conclude(access, ports))));
      expect(countEach(outcomes)).toEqual({ done: 1, conflict: RUNNERS - 1 });
    });
  });

  test('exactly one of two secrets can be deleted, and the other stays', async () => {
    await inEveryOrder(async (ports, all) => {
      const remove = (runner: number) => outcomeOf(deleteSecret(access, runner % 2 ? 'a' : 'b', ports));
      const { done, conflict = 0, not_found = 0, ...others } = countEach(await all(race(RUNNERS, remove)));
      expect({ done, refused: conflict + not_found, others }).toEqual({ done: 1, refused: RUNNERS - 1, others: {} });
      expect(selectorsOf(stored(ports)).length).toBe(1);
    });
  });

  test('each successful rotation, addition, deletion and update is stored', async () => {
    await inEveryOrder(async (ports, all) => {
      const made: string[] = [];
      const keep = async (making: Promise<{ readonly secret: string }>) => made.push(selectorOf((await making).secret));
      const acts: readonly ((runner: number) => Promise<unknown>)[] = [
        () => keep(rotateSecrets(access, 3_600, ports)),
        () => keep(addSecret(access, { title: 'blue' }, ports)),
        () => deleteSecret(access, 'a', ports),
        (runner) => updateClient(access, { metadata: { [`m${runner}`]: runner } }, ports),
      ];
      const act = (runner: number) => acts[runner % acts.length]?.(runner) ?? Promise.reject();
      const outcomes = await all(race(RUNNERS, act).map(outcomeOf));
      const done = (kind: number) =>
        outcomes.flatMap((outcome, runner) => (outcome === 'done' && runner % 4 === kind ? [runner] : []));
      const client = stored(ports);
      expect(client.version).toBe(1 + [0, 1, 2, 3].flatMap(done).length);
      expect(client.metadata ?? {}).toEqual(Object.fromEntries(done(3).map((runner) => [`m${runner}`, runner])));
      const old = done(2).length === 0 ? ['a', 'b'] : ['b'];
      expect(new Set(selectorsOf(client))).toEqual(new Set([...old, ...made]));
      expect([done(0).length, done(2).length].every((winners) => winners <= 1)).toBe(true);
      expect(client.rotation === undefined).toBe(done(0).length === 0);
      expect(liveSecrets(client, ports.clock.nowSeconds()).length).toBeLessThanOrEqual(5);
    });
  });
});

test('C8: a weak caller cannot rotate the secrets of a client that meanwhile becomes stronger', async () => {
  const [weak, strong] = [aRole({ id: 'rol_weak', level: 100 }), aRole({ id: 'rol_strong', level: 1 })];
  const ports = open({ role: { rol_weak: weak, rol_strong: strong } });
  const caller = { ...administrator, scope: { type: 'tenant', tenantId: 'ten_acme' } as const, roles: [weak] };
  const replace: MemoryRecords['clientChanger']['replace'] = async (client) => {
    if (ports.writes() === 0) await updateApiToken(access, { roleIds: ['rol_strong'] }, ports);
    return ports.clientChanger.replace(client);
  };
  const rotation = rotateSecrets({ ...access, caller }, 60, { ...ports, clientChanger: { replace } });
  expect([await outcomeOf(rotation), selectorsOf(stored(ports))]).toEqual(['forbidden', ['a', 'b']]);
});

describe('the deletion of a secret revokes tokens', () => {
  const authenticate = (secret: string, ports: ReturnType<typeof open>) =>
    authenticateClient({ readings: [{ clientId: access.clientId, secret }], source: '192.0.2.1' }, ports);

  test('of a client that authenticated with the secret before, even if the exchange takes long', async () => {
    const ports = open();
    const { secret } = await addSecret(access, {}, ports);
    const caller = await authenticate(secret, ports);
    await deleteSecret(access, selectorOf(secret), ports);
    ports.clock.advance(10);
    expect(caller.authenticatedAtSeconds).toBeLessThan(stored(ports).revokedBeforeSeconds ?? 0);
    expect(await outcomeOf(authenticate(secret, ports))).toBe('invalid_client');
  });

  test('of a client that authenticates with the secret in the second of the deletion', async () => {
    const ports = open();
    const { secret } = await addSecret(access, {}, ports);
    const times: number[] = [];
    const replace: MemoryRecords['clientChanger']['replace'] = async (client) => {
      if (times.length === 0) {
        ports.clock.advance(1);
        times.push((await authenticate(secret, ports)).authenticatedAtSeconds);
      }
      return ports.clientChanger.replace(client);
    };
    await deleteSecret(access, selectorOf(secret), { ...ports, clientChanger: { replace } });
    expect(times).toEqual([(stored(ports).revokedBeforeSeconds ?? 0) - 1]);
  });
});
