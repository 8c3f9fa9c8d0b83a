import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { allowRefreshTokens, beginFamily } from '#test/support/arrange/refresh-tokens.ts';
import {
  arrangeServices,
  callerToken,
  createService,
  exchanged,
  exchangeToken,
  type Services,
} from '#test/support/arrange/token-exchange.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { grantPermissions } from '#test/support/clients/applications.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS, type Reply } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = prepared(() => arrangeServices(world));
let service: Credentials;
let subject: string;
beforeAll(async () => {
  [service] = acme.services;
  subject = await callerToken(world, acme);
});

const exchange = (parameters: Record<string, string> = {}, requester = service, token = subject) =>
  exchangeToken(world, requester, token, parameters);
const outcome = async (replying: Promise<Reply>) => seen(await replying);
const isActive = (token: string) => isTokenActive(world, token);
const scopeOf = (token: string) => decodeJwt(token).scope;
const expOf = (token: string) => decodeJwt(token).exp ?? 0;
const grant = (permissions: readonly string[]) => grantPermissions(world, service, acme.ledgerId, permissions);

describe('J4: a token exchange is refused for an audience', () => {
  test.each([
    ['that does not exist', () => 'https://api.example.com/none'],
    ['at which the requester may do nothing', async () => (await arrangeServices(world)).ledger],
    ['that is the management API', () => `${world.url}/v1/`],
  ])('%s', async (_which, audience) => {
    expect(await outcome(exchange({ audience: await audience() }))).toEqual(oauthError(400, 'invalid_target'));
  });

  test('if the request also names another audience', async () => {
    const parameters = { audience: acme.ledger, resource: REPORTS };
    expect(await outcome(exchange(parameters))).toEqual(oauthError(400, 'invalid_target'));
  });

  test('at which the subject may do nothing, though the requester may', async () => {
    const token = await world.tokenFor(acme.personalToken, { audience: REPORTS });
    expect(await outcome(exchange({ audience: acme.ledger }, service, token))).toEqual(
      oauthError(400, 'invalid_target'),
    );
  });
});

describe('J5: a token exchange is refused for a scope', () => {
  const invalidScope = oauthError(400, 'invalid_scope');

  test('wider than that of the subject token, though subject and requester may do it', async () => {
    const narrow = await callerToken(world, acme, { scope: 'read:reports' });
    expect(await outcome(exchange({ scope: 'write:reports' }, service, narrow))).toEqual(invalidScope);
    expect(scopeOf(await exchanged(exchange({}, service, narrow)))).toBe('read:reports');
  });

  test('wider than the permissions of the subject at that API', async () => {
    expect(await outcome(exchange({ audience: acme.ledger, scope: 'write:reports' }))).toEqual(invalidScope);
  });

  test("wider than the requester's own client grant", async () => {
    const reader = await createService(world, [acme.apiId], ['read:reports']);
    expect(await outcome(exchange({ scope: 'write:reports' }, reader))).toEqual(invalidScope);
    expect(scopeOf(await exchanged(exchange({}, reader)))).toBe('read:reports');
  });

  test.each(['read:reports delete:reports', 'offline_access', 'offline_access read:reports', 'read:reports  x'])(
    'wider than every permission: "%s"',
    async (scope) => {
      expect(await outcome(exchange({ scope }))).toEqual(invalidScope);
    },
  );
});

test('J5: an exchanged token is inactive while its requester lacks the permission', async () => {
  const token = await exchanged(exchange({ audience: acme.ledger }));
  await grant(['write:reports']);
  const without = await isActive(token);
  await grant(['read:reports', 'write:reports']);
  expect([without, await isActive(token)]).toEqual([false, true]);
});

describe('J10: an exchanged token never outlives the subject token', () => {
  test.each([1, 59, 1_800, 3_599])('that is %d seconds old', async (age) => {
    const old = await callerToken(world, acme);
    world.clock.advance(age);
    const once = await exchanged(exchange({}, service, old));
    const twice = await exchanged(exchange({ audience: acme.ledger }, acme.services[1], once));
    expect([expOf(once), expOf(twice)]).toEqual([expOf(old), expOf(old)]);
  });

  test('nor the lifetime that its own API sets', async () => {
    await world.manage('PATCH', `/v1/apis/${acme.ledgerId}`, { tokenLifetimeSeconds: 120 });
    const fresh = await callerToken(world, acme);
    const token = await exchanged(exchange({ audience: acme.ledger }, service, fresh));
    expect(expOf(token)).toBe(world.clock.nowSeconds() + 120);
  });
});

describe('J12, DEC15: an exchanged token ends with', () => {
  type End = (chain: Chain) => Promise<unknown>;
  interface Chain {
    readonly services: Services;
    readonly original: string;
    readonly once: string;
  }
  const revoke = (caller: Credentials, token: string) => world.post('/oauth/revoke', caller, { token });
  const tokenPath = ({ tenantId, caller }: Services) => `/v1/tenants/${tenantId}/api-tokens/${caller.clientId}`;
  const disabled = { status: 'disabled' };

  test.each<[string, End]>([
    ['its subject token', ({ services, original }) => revoke(services.caller, original)],
    ['a token in between', ({ services, once }) => revoke(services.services[0], once)],
    ['the API token of its subject', ({ services }) => world.manage('DELETE', tokenPath(services))],
    ['that API token being disabled', ({ services }) => world.manage('PATCH', tokenPath(services), disabled)],
    ['the tenant', ({ services }) => world.manage('DELETE', `/v1/tenants/${services.tenantId}`)],
    [
      'the client that acts',
      ({ services }) => world.manage('DELETE', `/v1/applications/${services.services[1].clientId}`),
    ],
    [
      'the client that acted before',
      ({ services }) => world.manage('PATCH', `/v1/applications/${services.services[0].clientId}`, disabled),
    ],
  ])('%s', async (_what, end) => {
    const services = await arrangeServices(world);
    const [front, back] = services.services;
    const original = await callerToken(world, services);
    const once = await exchanged(exchange({ audience: services.ledger }, front, original));
    const twice = await exchanged(exchange({ audience: REPORTS }, back, once));
    expect(await isActive(twice)).toBe(true);
    await end({ services, original, once });
    expect(await isActive(twice)).toBe(false);
    expect((await exchange({ audience: services.ledger }, front, twice)).status).toBeOneOf([400, 401]);
  });

  test('the family of refresh tokens that its subject token came from', async () => {
    await allowRefreshTokens(world, acme);
    const family = await beginFamily(world, acme.caller);
    const token = await exchanged(exchange({}, service, family.access_token));
    await revoke(acme.caller, family.refresh_token);
    expect(await isActive(token)).toBe(false);
  });
});

test('J12, DEC15: the revocation of an exchanged token ends neither its subject token nor another exchanged token', async () => {
  const fresh = await callerToken(world, acme);
  const [one, other] = [await exchanged(exchange({}, service, fresh)), await exchanged(exchange({}, service, fresh))];
  await world.post('/oauth/revoke', service, { token: one });
  expect([await isActive(one), await isActive(other), await isActive(fresh)]).toEqual([false, true, true]);
});

describe('I11, J12: a revocation of all tokens up to a moment', () => {
  const until = (seconds: number) => ({ tokensRevokedUntil: new Date(seconds * 1_000).toISOString() });

  test.each<[string, (services: Services) => string]>([
    ['of the tenant', ({ tenantId }) => `/v1/tenants/${tenantId}`],
    ['of the workspace', () => '/v1/settings'],
  ])('%s also ends the newer tokens that a revoked token was exchanged for', async (_by, path) => {
    const services = await arrangeServices(world);
    const [front, back] = services.services;
    const original = await callerToken(world, services);
    const moment = world.clock.nowSeconds();
    world.clock.advance(10);
    const later = await exchanged(exchange({}, front, await callerToken(world, services)));
    const once = await exchanged(exchange({ audience: services.ledger }, front, original));
    const twice = await exchanged(exchange({ audience: REPORTS }, back, once));
    const all = () => Promise.all([original, once, twice, later].map(isActive));
    expect(await all()).toEqual([true, true, true, true]);
    await world.manage('PATCH', path(services), until(moment));
    expect(await all()).toEqual([false, false, false, true]);
  });
});

test('F13: metadata cannot set the actor, the client of the subject, or the dependencies of a token', async () => {
  const metadata = {
    act: { sub: 'x', client_id: 'x' },
    may_act: { sub: 'x' },
    subject_client_id: 'x',
    depends_on: ['x'],
  };
  const path = `/v1/tenants/${acme.tenantId}/api-tokens/${acme.caller.clientId}`;
  await world.manage('PATCH', path, { metadata });
  const claims = decodeJwt(await callerToken(world, acme));
  expect(claims.metadata).toEqual(metadata);
  expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['act']));
  expect([claims.may_act, claims.subject_client_id, claims.depends_on]).toEqual([undefined, undefined, [acme.apiId]]);
});
