import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { authenticateClient } from '#shared/domain/authentication/authenticate-client.ts';
import { type Administrator, bootstrap } from '#shared/domain/directory/bootstrap.ts';
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

/** What the administrator can do: the scope of a token for the management API. */
async function scopeOf({ clientId, clientSecret = '' }: Administrator, ports: Ports): Promise<string> {
  const caller = await authenticateClient(
    { readings: [{ clientId, secret: clientSecret }], source: '192.0.2.1' },
    ports,
  );
  const request = { grantType: 'client_credentials', audiences: [`${ports.issuer}/v1/`] };
  return (await tradeGrant(caller, request, ports)).token.scope;
}

/** What a workspace has exactly one of, and its clients. */
async function survey({ scan }: Workspace) {
  const keys = (await scan('DIRECTORY')).map(({ key }) => String(key));
  const count = (prefix: string) => keys.filter((key) => key.startsWith(prefix)).length;
  return { peppers: count('pepper#'), apis: count('api#'), administrators: count('name#administrator/') };
}

const ONE_OF_EACH = { peppers: 1, apis: 1, administrators: 1 };

describe('the first bootstrap', () => {
  test('makes an administrator who may do everything', async () => {
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

  test('keeps no more of the secret than its hash', async () => {
    const { ports, scan } = await openWorkspace(engines);
    const { clientSecret = '' } = await run(ports);
    const kept = JSON.stringify([await scan('CLIENTS'), await scan('DIRECTORY'), await scan('AUDIT')]);
    expect(kept).not.toContain(clientSecret.slice(0, -4));
  });

  test('U4: is on record, with its attempt', async () => {
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
  test('says who the administrator is, without a secret, and changes nothing', async () => {
    const { ports, openAgain, scan } = await openWorkspace(engines);
    const { clientId } = await run(ports);
    const before = [await scan('CLIENTS'), await scan('DIRECTORY')];
    expect(await run(openAgain())).toEqual({ issuer: ISSUER, clientId });
    expect([await scan('CLIENTS'), await scan('DIRECTORY')]).toEqual(before);
  });

  test('makes another administrator when told to, and names that one from then on', async () => {
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

  test.each([
    ['lacked a permission', systemPermissions.slice(1)],
    ['called a permission something else', [{ value: 'read:everything' }, ...systemPermissions.slice(1)]],
  ])('gives the management API its permissions where an earlier version %s', async (_name, permissions) => {
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

  test('give one of them a secret, which works; the others learn who the administrator is, or that they lost', async () => {
    const workspace = await openWorkspace(engines);
    const calls = await raceOf(Array.from({ length: 8 }, () => workspace.openAgain()));
    const answers = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
    const [winner, ...others] = answers.filter(({ clientSecret }) => clientSecret !== undefined);
    if (winner === undefined) throw new Error('Nobody got a secret.');
    expect(others).toEqual([]);
    expect(await scopeOf(winner, workspace.ports)).toBe(everything);
    expect(new Set(answers.map(({ clientId }) => clientId))).toEqual(new Set([winner.clientId]));
    const codes = calls.flatMap((call) => (call.status === 'rejected' ? [String(call.reason.code)] : []));
    expect(Object.keys(countEach(codes)).filter((code) => code !== 'conflict')).toEqual([]);
    expect(await survey(workspace)).toEqual(ONE_OF_EACH);
  });

  test('that each ask for a new administrator make some that work, and name one of them', async () => {
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

describe('a bootstrap that breaks off', () => {
  /** Lets so many calls pass; the one after them still happens or not, and nothing does after that. */
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
    'at any call, which %s, is completed by the next one',
    async (last) => {
      const calls = await countCalls();
      expect(calls).toBeGreaterThan(10);
      // The last call only notes the outcome, which costs nobody the secret: see below.
      for (let step = 0; step < calls - 1; step += 1) {
        // Each bootstrap founds RSA keys, which only engines that are closed give back.
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

  test('shows its secret although the outcome could not be written down', async () => {
    const calls = await countCalls();
    const workspace = await openWorkspace(engines);
    const repair = breakOffAfter(calls - 1, 'does not happen');
    const administrator = await run(workspace.ports).finally(repair);
    expect(await scopeOf(administrator, workspace.openAgain())).toBe(everything);
  });
});
