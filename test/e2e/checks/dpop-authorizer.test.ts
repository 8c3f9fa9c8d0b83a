import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { boundToken, newProofKey, type ProofChange, signProof } from '#test/support/clients/dpop.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { proofForgeries } from '#test/support/forge/proof-forgeries.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const acme = useAcme(world);
const key = prepared(newProofKey);
const other = prepared(newProofKey);
let token: string;
beforeAll(async () => {
  token = await boundToken(world, acme.tenantToken, key);
});

const OPEN = { http: 200, rest: 200 };
const REFUSED = { http: 403, rest: 401 };

describe.each(['offline', 'online'] as const)('an authorizer with DPoP that works %s', (mode) => {
  let api: GuardedApi;
  beforeAll(async () => {
    api = await startGuardedApi(world, { mode, dpop: 'accepted' });
  });
  afterAll(() => api.close());

  /** At the HTTP API, and at the REST API with a REQUEST authorizer; each with a proof of its own. */
  async function visit(authorization: string, proofFor: (url: string) => Promise<string | undefined>, query = '') {
    const statusAt = async (stage: string) => {
      const path = `${stage}/reports`;
      return (await api.visit('GET', path + query, authorization, await proofFor(api.url + path))).status;
    };
    return { http: await statusAt(''), rest: await statusAt('/rest-request') };
  }
  const proven =
    (change: ProofChange = {}, of = key) =>
    (url: string) =>
      signProof(world, of, { method: 'GET', url, token }, change);
  const none = async () => undefined;

  test('E9: lets a bound token with a proof through', async () => {
    expect(await visit(`DPoP ${token}`, proven())).toEqual(OPEN);
    expect(await visit(`dpop ${token}`, proven(), '?page=2')).toEqual(OPEN);
  });

  test('lets a bearer token through as before', async () => {
    expect(await visit(`Bearer ${await world.tokenFor(acme.tenantToken)}`, none)).toEqual(OPEN);
  });

  test('E10: refuses a bound token as bearer, and a bearer token as bound', async () => {
    expect(await visit(`Bearer ${token}`, proven())).toEqual(REFUSED);
    const bearer = await world.tokenFor(acme.tenantToken);
    const proof = (url: string) => signProof(world, key, { method: 'GET', url, token: bearer });
    expect(await visit(`DPoP ${bearer}`, proof)).toEqual(REFUSED);
  });

  test.each(mode === 'offline' ? Object.entries(proofForgeries) : [])(
    'E7: refuses a proof with %s',
    async (_name, forge) => {
      const proof = async (url: string) => forge({ world, key, other, request: { method: 'GET', url, token } });
      expect(await visit(`DPoP ${token}`, proof)).toEqual(REFUSED);
    },
  );

  test.each<[string, (url: string) => Promise<string | undefined>]>([
    ['no proof', none],
    ['a proof by another key', (url) => proven({}, other)(url)],
    ['a proof without ath', (url) => proven({ claims: { ath: undefined } })(url)],
    ['a proof for another token', (url) => proven({ claims: { ath: 'x' } })(url)],
    [
      'a proof for the route of another stage',
      (url) => proven({ claims: { htu: url.replace('/reports', '/other/reports') } })(url),
    ],
  ])('E7: refuses %s', async (_name, proof) => {
    expect(await visit(`DPoP ${token}`, proof)).toEqual(REFUSED);
  });

  test('lets a proof through once', async () => {
    const proof = await signProof(world, key, { method: 'GET', url: `${api.url}/reports`, token });
    const visits = await Promise.all(race(8, () => api.visit('GET', '/reports', `DPoP ${token}`, proof)));
    expect(countEach(visits.map(({ status }) => status))).toEqual({ 200: 1, 403: 7 });
  });

  test('costs one write more than a bearer token, and fails if it cannot remember the proof', async () => {
    const at = { method: 'GET', url: `${api.url}/reports`, token };
    const [proof, another] = [await signProof(world, key, at), await signProof(world, key, at)];
    const cost = await costOf(world, () => api.visit('GET', '/reports', `DPoP ${token}`, proof));
    expect(cost).toEqual({ ...FREE, reads: mode === 'online' ? 1 : 0, writes: 1 });
    const failing = (called: string) => (called === 'PutItem' ? denied() : undefined);
    const visited = () => api.visit('GET', '/reports', `DPoP ${token}`, another);
    expect((await whileFailing(world.dynamo, failing, visited)).status).toBe(500);
  });
});

describe('an authorizer that may look at proofs', () => {
  const statuses = async (dpop: 'required' | undefined, origin?: string) => {
    const api = await startGuardedApi(world, { mode: 'online', ...(dpop && { dpop }), ...(origin && { origin }) });
    const url = `${origin ?? api.url}/reports`;
    const bound = await api.visit(
      'GET',
      '/reports',
      `DPoP ${token}`,
      await signProof(world, key, { method: 'GET', url, token }),
    );
    const bearer = await api.visit('GET', '/reports', `Bearer ${await world.tokenFor(acme.tenantToken)}`);
    await api.close();
    return { bound: bound.status, bearer: bearer.status };
  };

  test('takes bearer tokens only, unless its rules name DPoP', async () => {
    expect(await statuses(undefined)).toEqual({ bound: 403, bearer: 200 });
  });

  test('takes bound tokens only, if its rules say so', async () => {
    expect(await statuses('required')).toEqual({ bound: 200, bearer: 403 });
  });

  test('compares htu with the origin that its rules name', async () => {
    expect(await statuses('required', 'https://api.example.com')).toEqual({ bound: 200, bearer: 403 });
  });
});
