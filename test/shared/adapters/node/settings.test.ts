import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { processEnvironment, required } from '#shared/adapters/node/environment.ts';
import { settingProtectedApi } from '#shared/adapters/sets/protected-api.ts';
import { environmentOf } from '#test/support/world/engines.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('settings', () => {
  test('come from the environment of the process, and are empty if missing there', () => {
    vi.stubEnv('MINTMARK_ISSUER', 'https://auth.example.com');
    const environment = processEnvironment();
    expect([environment('MINTMARK_ISSUER'), environment('MINTMARK_WRAPPING_KEY')]).toEqual([
      'https://auth.example.com',
      '',
    ]);
  });

  test('that a function needs are named in the error if they are missing', () => {
    expect(() => required(environmentOf({}), 'MINTMARK_CLIENTS_TABLE')).toThrow('MINTMARK_CLIENTS_TABLE');
    expect(() => ambient.issuer(environmentOf({}))).toThrow('MINTMARK_ISSUER');
  });

  test('set no default audience if they are empty', () => {
    expect(ambient.defaultAudience(environmentOf({ MINTMARK_DEFAULT_AUDIENCE: '' }))).toBeUndefined();
    expect(ambient.defaultAudience(environmentOf({ MINTMARK_DEFAULT_AUDIENCE: 'urn:api' }))).toBe('urn:api');
  });
});

describe('the protected API', () => {
  const api = { audience: 'urn:api', mode: 'online', routes: { 'GET /reports': 'read:reports', 'GET /health': null } };
  const read = (setting: unknown) =>
    settingProtectedApi(environmentOf({ MINTMARK_PROTECTED_API: JSON.stringify(setting) }));

  test('is read from the settings', () => {
    const { rules, ...rest } = read(api);
    const { routes, ...expected } = api;
    expect(rest).toEqual(expected);
    expect(
      rules
        .get('GET')
        ?.map(({ route, permission }) => [route, permission])
        .toSorted(),
    ).toEqual(Object.entries(routes).toSorted());
  });

  test('Sound 20: may have its routes in a file that the setting names', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mintmark-routes-')), 'routes.json');
    writeFileSync(file, JSON.stringify(api.routes));
    expect(read({ ...api, routes: file })).toEqual(read(api));
    expect(() => read({ ...api, routes: `${file}.old` })).toThrow(Error);
  });

  test.each([
    ['no audience', { ...api, audience: undefined }],
    ['an unknown mode', { ...api, mode: 'sometimes' }],
    ['no routes', { ...api, routes: undefined }],
    ['a permission that is not text', { ...api, routes: { 'GET /reports': 7 } }],
    ['a key that is no route', { ...api, routes: { 'get /reports': null } }],
  ])('is an error with %s, so the authorizer denies every request', (_what, setting) => {
    expect(() => read(setting)).toThrow(Error);
  });
});

describe('clock and random bytes', () => {
  test('the clock returns whole seconds, and the random source the requested number of bytes', () => {
    const [clock, random] = [ambient.clock(environmentOf({})), ambient.random(environmentOf({}))];
    const second = () => Math.floor(Date.now() / 1_000);
    const [before, now, after] = [second(), clock.nowSeconds(), second()];
    expect([before <= now, now <= after, Number.isInteger(now)]).toEqual([true, true, true]);
    expect([random.bytes(16).length, random.bytes(0).length]).toEqual([16, 0]);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });
});
