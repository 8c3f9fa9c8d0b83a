import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterFamilyRoster } from '#shared/domain/tokens/family-roster.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Ports, type Workspace } from '#test/support/world/workspace.ts';

const CLIENT = 'cli_export';

const LIVE_MAX = 100;

const LIFETIME_SECONDS = 3_600;

let engines: Engines;

let workspace: Workspace;

let ports: Ports;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

let entered = 0;

const enter = async () => {
  entered += 1;
  const id = `fam_${entered}`;
  const now = ports.clock.nowSeconds();
  const family = {
    id,
    clientId: CLIENT,
    audience: 'https://api.example.com/reports',
    scope: 'read:reports',
    current: '',
    createdAtSeconds: now,
    idleUntilSeconds: now + LIFETIME_SECONDS,
    expiresAtSeconds: now + LIFETIME_SECONDS,
    version: 1,
  };
  await enterFamilyRoster(family, LIVE_MAX, ports);
  return id;
};

const enterMany = async (count: number) => {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await enter());
  return ids;
};

const revoked = async (ids: readonly string[]) => {
  const look = ports.records.open('test');
  const marks = await Promise.all(ids.map((id) => look.isRevoked(id)));
  return ids.filter((_, index) => marks[index]);
};

test('the hundred and first family of a client ends the oldest, and the next the one after it', async () => {
  workspace = await openWorkspace(engines);
  ({ ports } = workspace);
  const ids = await enterMany(LIVE_MAX);
  expect(await revoked(ids)).toEqual([]);
  await enterMany(2);
  expect(await revoked(ids)).toEqual(ids.slice(0, 2));
});

test('one roster holds them, and forgets those that have ended', async () => {
  ({ ports } = workspace);
  ports.clock.advance(LIFETIME_SECONDS);
  const last = await enter();
  const items = (await workspace.scan('TOKENS')).filter(({ key }) => !String(key).startsWith('revoked#'));
  const expiresAtSeconds = ports.clock.nowSeconds() + LIFETIME_SECONDS;
  expect(items).toEqual([
    {
      key: `familyRoster#${CLIENT}`,
      version: LIVE_MAX + 3,
      record: { families: [{ id: last, expiresAtSeconds }], expiresAtSeconds, version: LIVE_MAX + 3 },
      removeAt: expiresAtSeconds,
      nonce: expect.any(String),
    },
  ]);
});
