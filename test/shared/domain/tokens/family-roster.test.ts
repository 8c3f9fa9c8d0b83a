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

let familyCount = 0;

const enterFamily = async () => {
  familyCount += 1;
  const id = `fam_${familyCount}`;
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

const enterFamilies = async (count: number) => {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await enterFamily());
  return ids;
};

const revokedAmong = async (ids: readonly string[]) => {
  const look = ports.records.open('test');
  const marks = await Promise.all(ids.map((id) => look.isRevoked(id)));
  return ids.filter((_, index) => marks[index]);
};

test('each family of a client after the hundredth revokes the oldest family', async () => {
  workspace = await openWorkspace(engines);
  ({ ports } = workspace);
  const ids = await enterFamilies(LIVE_MAX);
  expect(await revokedAmong(ids)).toEqual([]);
  await enterFamilies(2);
  expect(await revokedAmong(ids)).toEqual(ids.slice(0, 2));
});

test('the roster of a client drops families that have ended', async () => {
  ({ ports } = workspace);
  ports.clock.advance(LIFETIME_SECONDS);
  const last = await enterFamily();
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
