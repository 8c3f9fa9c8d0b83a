import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import { type Forge, openForge, workspaceKeys } from '#test/support/forge/forge.ts';
import {
  claimForgeries,
  type ForgersDesk,
  formForgeries,
  headerForgeries,
  keyForgeries,
  openDesk,
} from '#test/support/forge/forgeries.ts';
import { useWorld } from '#test/support/world/use-world.ts';

let desk: ForgersDesk;
let forge: Forge;
const trap = createServer((_request, response) => response.end('{"keys":[]}'));
let trapVisits = 0;
trap.on('connection', () => {
  trapVisits += 1;
});

const world = useWorld();
beforeAll(async () => {
  forge = openForge(await world.tokenFor(world.admin));
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  desk = await openDesk(world, forge, `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`);
});
afterAll(async () => {
  forge.close();
  trap.close();
});

/** The verdicts of both verifiers on a token: introspection by its own client, and the management API. */
async function verdictsOn(token: string) {
  const introspection = await world.post('/oauth/introspect', world.admin, { token });
  const management = await world.manage('GET', '/v1/tenants', undefined, token);
  return {
    introspection: `${introspection.status} ${introspection.text}`.replace(/(?<="active":true),.*/, '…}'),
    management: [
      management.status,
      management.headers.get('www-authenticate')?.replace(resourceMetadata(world), '(metadata)'),
    ],
  };
}

const ACCEPTED = { introspection: '200 {"active":true…}', management: [200, undefined] };
const REFUSED = {
  introspection: '200 {"active":false}',
  management: [401, 'Bearer error="invalid_token", (metadata)'],
};

describe('F4: a token with nothing changed', () => {
  test('is accepted, so the other tokens are refused for their change', async () => {
    expect(await verdictsOn(await forge.vary({}))).toEqual(ACCEPTED);
  });

  test('is accepted with unknown claims', async () => {
    expect(await verdictsOn(await forge.vary({ claims: { unknown: { nested: true } } }))).toEqual(ACCEPTED);
  });

  test('is accepted from the other signing key under its own kid', async () => {
    const header = { alg: 'ES256', kid: desk.es256.kid };
    expect(await verdictsOn(await forge.vary({ header, signer: workspaceKeys.ES256 }))).toEqual(ACCEPTED);
  });
});

describe('F4: a token is refused by its header:', () => {
  test.each(Object.entries(headerForgeries))('%s', async (_name, forgery) => {
    expect(await verdictsOn(await forgery(desk))).toEqual(REFUSED);
  });

  test('D16: and no key is fetched from an address in a token', () => {
    expect(trapVisits).toBe(0);
  });
});

describe('F8: a token is refused by its key:', () => {
  test.each(Object.entries(keyForgeries))('%s', async (_name, forgery) => {
    expect(await verdictsOn(await forgery(desk))).toEqual(REFUSED);
  });
});

describe('F9, F10: a token is refused by its form:', () => {
  test.each(Object.entries(formForgeries))('%s', async (_name, forgery) => {
    expect(await verdictsOn(await forgery(desk))).toEqual(REFUSED);
  });

  test('more than 8 KiB', async () => {
    const large = await forge.vary({ claims: { padding: 'x'.repeat(5_700) } });
    expect(large.length).toBeGreaterThan(8_192);
    expect((await world.manage('GET', '/v1/tenants', undefined, large)).status).toBe(401);
    expect((await world.post('/oauth/introspect', world.admin, { token: large })).status).toBe(400);
  });
});

describe('F5, F6, F7: a token is refused by its claims:', () => {
  test.each(Object.entries(claimForgeries))('%s', async (_name, forgery) => {
    expect(await verdictsOn(await forgery(desk))).toEqual(REFUSED);
  });
});

describe('F7: the times of a token, to the second:', () => {
  const now = () => world.clock.nowSeconds();
  test.each([
    ['exp one second ahead', () => ({ exp: now() + 1 }), ACCEPTED],
    ['exp this second', () => ({ exp: now() }), REFUSED],
    ['exp one second ago', () => ({ exp: now() - 1 }), REFUSED],
    ['nbf as far ahead as clocks may differ', () => ({ nbf: now() + 5 }), ACCEPTED],
    ['nbf one second further ahead', () => ({ nbf: now() + 6 }), REFUSED],
    ['nbf a minute ahead', () => ({ nbf: now() + 61 }), REFUSED],
    ['iat as far ahead as clocks may differ', () => ({ iat: now() + 5 }), ACCEPTED],
    ['iat one second further ahead', () => ({ iat: now() + 6 }), REFUSED],
    ['the longest lifetime', () => ({ iat: now(), exp: now() + 86_400 }), ACCEPTED],
    ['a second more than the longest lifetime', () => ({ iat: now(), exp: now() + 86_401 }), REFUSED],
  ])('%s', async (_name, claims, verdicts) => {
    expect(await verdictsOn(await forge.vary({ claims: claims() }))).toEqual(verdicts);
  });

  test('a genuine token is active until the second of its exp', async () => {
    const token = await world.tokenFor(world.admin);
    world.clock.advance(3_599);
    const before = await verdictsOn(token);
    world.clock.advance(1);
    expect([before, await verdictsOn(token)]).toEqual([ACCEPTED, REFUSED]);
  });
});
