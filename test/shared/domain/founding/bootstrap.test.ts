import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { authenticateClient } from '#shared/domain/authentication/authenticate-client.ts';
import { authenticateManager } from '#shared/domain/checks/authenticate-manager.ts';
import { createApplication } from '#shared/domain/clients/applications.ts';
import { setClientGrant } from '#shared/domain/clients/client-grants.ts';
import { createApi } from '#shared/domain/directory/apis.ts';
import { type Administrator, bootstrap } from '#shared/domain/founding/bootstrap.ts';
import { testApi } from '#shared/domain/grants/test-api.ts';
import { tradeGrant } from '#shared/domain/grants/trade-grant.ts';
import { apiRecordKey, SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { countEach, outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { denied } from '#test/support/faults/while-failing.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Ports, type Workspace } from '#test/support/world/workspace.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await startEngines();
});
afterEach(() => engines.close());

const ISSUER = 'https://auth.example.com';

const everything = systemPermissions.map(({ value }) => value).join(' ');

let requests = 0;

function run(ports: Ports, request: { newAdministrator?: boolean } = {}): Promise<Administrator> {
  requests += 1;
  return bootstrap(request, `req-${requests}`, ports);
}

/** Gets a token for the management API as the administrator, and returns its scope. */
async function scopeOf(administrator: Administrator, ports: Ports): Promise<string> {
  return (await exchange(administrator, ports)).scope;
}

async function tokenOf(client: Administrator, ports: Ports): Promise<string> {
  return (await exchange(client, ports)).value;
}

async function exchange({ clientId, clientSecret = '' }: Administrator, ports: Ports) {
  const caller = await authenticateClient(
    { readings: [{ clientId, secret: clientSecret }], source: '192.0.2.1' },
    ports,
  );
  const request = { grantType: 'client_credentials', audiences: [`${ports.issuer}/v1/`] };
  return (await tradeGrant(caller, request, ports)).token;
}

const NEXT_ISSUER = 'https://login.example.com';

/** A caller that may register APIs and applications. */
const REGISTRAR: ManagementCaller = {
  ...{ clientId: 'cli_registrar', subject: 'cli_registrar', scope: { type: 'workspace' }, userId: undefined },
  ...{ permissions: ['write:apis', 'write:applications'], roles: [], heldPermissions: [] },
};

/** Registers the identifier of the next issuer's management API, and an application that may do everything there. */
async function registerRival(ports: Ports) {
  const permissions = systemPermissions;
  const api = await createApi({ identifier: `${NEXT_ISSUER}/v1/`, name: 'Rival', permissions }, ports);
  const { client, secret } = await createApplication(REGISTRAR, { description: 'Rival', registration: {} }, ports);
  await setClientGrant(REGISTRAR, { clientId: client.id, apiId: api.id, for: 'client' }, 'all', ports);
  // A claim of a name counts as abandoned after a minute if its owner does not exist.
  ports.clock.advance(120);
  return { apiId: api.id, issuer: NEXT_ISSUER, clientId: client.id, clientSecret: secret ?? '' };
}

/** Counts the records of a workspace that must exist exactly once. */
async function survey({ scan }: Workspace) {
  const keys = (await scan('DIRECTORY')).map(({ key }) => String(key));
  const count = (prefix: string) => keys.filter((key) => key.startsWith(prefix)).length;
  return { peppers: count('pepper#'), apis: count('api#'), administrators: count('name#administrator/') };
}

const ONE_OF_EACH = { peppers: 1, apis: 1, administrators: 1 };

describe('the first bootstrap', () => {
  test('makes an administrator with all permissions', async () => {
    const workspace = await openWorkspace(engines);
    const administrator = await run(workspace.ports);
    expect(administrator).toEqual({
      issuer: ISSUER,
      clientId: expect.stringMatching(/^cli_\w{22}$/),
      clientSecret: expect.stringMatching(/^mms_\w{52}$/),
    });
    expect(await scopeOf(administrator, workspace.ports)).toBe(everything);
    expect(await survey(workspace)).toEqual(ONE_OF_EACH);
  });

  test('stores only the hash and the last four characters of the secret', async () => {
    const { ports, scan } = await openWorkspace(engines);
    const { clientSecret = '' } = await run(ports);
    const kept = JSON.stringify([await scan('CLIENTS'), await scan('DIRECTORY'), await scan('AUDIT')]);
    expect(kept).not.toContain(clientSecret.slice(0, -4));
  });

  test('U4: is in the audit log, with its attempt', async () => {
    const { ports, scan } = await openWorkspace(engines);
    const { clientId } = await run(ports);
    const lines = (await scan('AUDIT')).map(({ type, outcome, target }) => ({ type, outcome, target }));
    expect(lines.toSorted((left, right) => String(left.outcome).localeCompare(String(right.outcome)))).toEqual([
      { type: 'workspace.bootstrapped', outcome: 'attempted', target: {} },
      { type: 'workspace.bootstrapped', outcome: 'succeeded', target: { clientId } },
    ]);
  });
});

describe('a repeated bootstrap', () => {
  test('returns the administrator without a secret and changes no record', async () => {
    const { ports, openAgain, scan } = await openWorkspace(engines);
    const { clientId } = await run(ports);
    const before = [await scan('CLIENTS'), await scan('DIRECTORY')];
    expect(await run(openAgain())).toEqual({ issuer: ISSUER, clientId });
    expect([await scan('CLIENTS'), await scan('DIRECTORY')]).toEqual(before);
  });

  test('makes another administrator on request, and returns this client from then on', async () => {
    const { ports } = await openWorkspace(engines);
    const first = await run(ports);
    const second = await run(ports, { newAdministrator: true });
    expect(second.clientId).not.toBe(first.clientId);
    expect([await scopeOf(first, ports), await scopeOf(second, ports)]).toEqual([everything, everything]);
    expect(await run(ports)).toEqual({ issuer: ISSUER, clientId: second.clientId });
  });

  test('moves the management API to a changed issuer, and back', async () => {
    const workspace = await openWorkspace(engines);
    const { ports, openAgain } = workspace;
    const administrator = await run(ports);
    const moved = openAgain({ MINTMARK_ISSUER: 'https://login.example.com' });
    expect(await run(moved)).toEqual({ issuer: 'https://login.example.com', clientId: administrator.clientId });
    expect(await scopeOf(administrator, moved)).toBe(everything);
    expect(await outcomeOf(scopeOf(administrator, ports))).toBe('invalid_target');
    await run(ports);
    expect(await scopeOf(administrator, ports)).toBe(everything);
    expect(await outcomeOf(scopeOf(administrator, moved))).toBe('invalid_target');
    expect(await survey(workspace)).toEqual(ONE_OF_EACH);
  });

  test('Sound 10: keeps the workspace from an API that was registered for the next issuer', async () => {
    const { ports, openAgain } = await openWorkspace(engines);
    const administrator = await run(ports);
    const moved = openAgain({ MINTMARK_ISSUER: NEXT_ISSUER });
    const rival = await registerRival(ports);
    const token = await tokenOf(rival, moved);
    const manage = () => outcomeOf(authenticateManager({ value: token, scheme: 'Bearer' }, moved));
    const beforeBootstrap = await manage();
    expect(await run(moved)).toEqual({ issuer: NEXT_ISSUER, clientId: administrator.clientId });
    expect([beforeBootstrap, await manage()]).toEqual(['invalid_token', 'invalid_token']);
    expect(await scopeOf(administrator, moved)).toBe(everything);
    expect(await outcomeOf(tokenOf(rival, moved))).toBe('invalid_target');
    const asTester = { ...REGISTRAR, permissions: ['test:apis'] };
    const test = { apiId: rival.apiId, clientId: administrator.clientId };
    expect(await outcomeOf(testApi(asTester, test, moved))).toBe('not_found');
  });

  test.each([
    ['lacked a permission', systemPermissions.slice(1)],
    ['had another name for a permission', [{ value: 'read:everything' }, ...systemPermissions.slice(1)]],
  ])('gives the management API its permissions if an earlier version %s', async (_name, permissions) => {
    const { ports } = await openWorkspace(engines);
    const administrator = await run(ports);
    const current = await ports.records.open('test').find(apiRecordKey(SYSTEM_API_ID));
    if (current === undefined) throw new Error('There is no management API.');
    const earlier = { ...current, permissions, version: current.version + 1 };
    await ports.directory.replace(apiRecordKey(SYSTEM_API_ID), earlier);
    await run(ports);
    expect(await scopeOf(administrator, ports)).toBe(everything);
  });
});

describe('8 bootstraps at once', () => {
  const raceOf = (ports: readonly Ports[], request = {}) => Promise.allSettled(ports.map((each) => run(each, request)));

  test('make one secret, which works; the other calls return the administrator or a conflict', async () => {
    const workspace = await openWorkspace(engines);
    const calls = await raceOf(Array.from({ length: 8 }, () => workspace.openAgain()));
    const answers = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
    const [winner, ...others] = answers.filter(({ clientSecret }) => clientSecret !== undefined);
    if (winner === undefined) throw new Error('No call made a secret.');
    expect(others).toEqual([]);
    expect(await scopeOf(winner, workspace.ports)).toBe(everything);
    expect(new Set(answers.map(({ clientId }) => clientId))).toEqual(new Set([winner.clientId]));
    const codes = calls.flatMap((call) => (call.status === 'rejected' ? [String(call.reason.code)] : []));
    expect(Object.keys(countEach(codes)).filter((code) => code !== 'conflict')).toEqual([]);
    expect(await survey(workspace)).toEqual(ONE_OF_EACH);
  });

  test('with a request for a new administrator make administrators that work, and later calls return one of them', async () => {
    const { ports, openAgain } = await openWorkspace(engines);
    await run(ports);
    const calls = await raceOf(
      Array.from({ length: 8 }, () => openAgain()),
      { newAdministrator: true },
    );
    const made = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
    expect(await Promise.all(made.map((each) => scopeOf(each, ports)))).toEqual(made.map(() => everything));
    expect(made.map(({ clientId }) => clientId)).toContain((await run(ports)).clientId);
  });
});

describe('an interrupted bootstrap', () => {
  /** Lets `calls` calls pass. The next call happens or not, and its reply is lost; all later calls fail. */
  const breakOffAfter = (calls: number, last: 'happens' | 'does not happen') => {
    let passed = 0;
    const decide = () => {
      passed += 1;
      if (passed <= calls) return undefined;
      return passed === calls + 1 && last === 'happens' ? ({ kind: 'lose-reply' } as const) : denied();
    };
    for (const engine of [engines.dynamo, engines.kms]) engine.injectFault(decide);
    return () => {
      for (const engine of [engines.dynamo, engines.kms]) engine.injectFault(undefined);
    };
  };

  const countCalls = async () => {
    const { ports } = await openWorkspace(engines);
    engines.dynamo.forget();
    engines.kms.forget();
    await run(ports);
    return engines.dynamo.calls.length + engines.kms.calls.length;
  };

  test.each(['happens', 'does not happen'] as const)(
    'at any call, which %s, is completed by the next bootstrap',
    async (last) => {
      const calls = await countCalls();
      expect(calls).toBeGreaterThan(10);
      // The last call only logs the outcome; the next test shows that its failure does not lose the secret.
      for (let step = 0; step < calls - 1; step += 1) {
        // Each bootstrap makes RSA keys, and only closed engines free their memory.
        await engines.close();
        engines = await startEngines();
        const workspace = await openWorkspace(engines);
        const repair = breakOffAfter(step, last);
        expect(await outcomeOf(run(workspace.ports)).finally(repair)).toBe('temporarily_unavailable');
        const ports = workspace.openAgain();
        const repeated = await run(ports);
        const hasSecret = repeated.clientSecret !== undefined;
        const administrator = hasSecret ? repeated : await run(ports, { newAdministrator: true });
        expect(await scopeOf(administrator, ports)).toBe(everything);
        expect(await survey(workspace)).toEqual(ONE_OF_EACH);
      }
    },
  );

  test('returns the secret if only the audit event of the outcome could not be written', async () => {
    const calls = await countCalls();
    const workspace = await openWorkspace(engines);
    const repair = breakOffAfter(calls - 1, 'does not happen');
    const administrator = await run(workspace.ports).finally(repair);
    expect(await scopeOf(administrator, workspace.openAgain())).toBe(everything);
  });
});
