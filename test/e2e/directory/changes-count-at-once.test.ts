import { decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { personalTokens, placeOf, tenantTokens } from '#test/support/arrange/changeable-kinds.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { accessLeft, NO_ACCESS } from '#test/support/ask/access-left.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { opened, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
const acme = useAcme(world);
const manage = useManage(world);
const place = placeOf(acme, manage);

const readReports = { api: REPORTS, value: 'read:reports' };
const writeReports = { api: REPORTS, value: 'write:reports' };
const EVERYTHING = 'read:reports write:reports';
const change = (path: string, body: object) => succeed(manage('PATCH', path, body));
const visit = async (token: string, method = 'GET') =>
  (await online.visit(method, '/reports', `Bearer ${token}`)).status;

const accessOf = (credentials: Credentials, token: string) => accessLeft(world, online, { credentials, token });

describe('C9: a disabled tenant', () => {
  test('ends all access of its clients at once, and gives it back when it is active again', async () => {
    const own = await arrangeAcme(world);
    const [tenantToken, personalToken] = [
      await world.tokenFor(own.tenantToken),
      await world.tokenFor(own.personalToken),
    ];
    const accessOfBoth = async () => [
      await accessOf(own.tenantToken, tenantToken),
      await accessOf(own.personalToken, personalToken),
    ];
    const before = await accessOfBoth();
    expect(before).toEqual([
      [EVERYTHING, EVERYTHING, 200],
      ['read:reports', 'read:reports', 200],
    ]);
    await change(`/v1/tenants/${own.tenantId}`, { status: 'disabled' });
    expect(await accessOfBoth()).toEqual([NO_ACCESS, NO_ACCESS]);
    await change(`/v1/tenants/${own.tenantId}`, { status: 'active' });
    expect(await accessOfBoth()).toEqual(before);
  });

  test('B13: refuses its clients as if they were unknown', async () => {
    const own = await arrangeAcme(world);
    await change(`/v1/tenants/${own.tenantId}`, { status: 'disabled' });
    const exchange = (credentials: Credentials) =>
      world.post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });
    const refused = await exchange(own.tenantToken);
    const unknown = await exchange({ ...own.tenantToken, clientId: 'cli_0000000000000000000000' });
    expect([refused.status, wholeReply(refused)]).toEqual([401, wholeReply(unknown)]);
  });

  test('leaves every other tenant alone', async () => {
    const [own, other] = [await arrangeAcme(world), await arrangeAcme(world)];
    const token = await world.tokenFor(other.tenantToken);
    await change(`/v1/tenants/${own.tenantId}`, { status: 'disabled' });
    expect(await accessOf(other.tenantToken, token)).toEqual([EVERYTHING, EVERYTHING, 200]);
  });

  test('can still be managed by the workspace, and not by itself', async () => {
    const own = await arrangeAcme(world);
    const path = `/v1/tenants/${own.tenantId}`;
    const manager = await arrangeTenantManager(world, own.tenantId, ['read:tenant-tokens', 'write:tenant-tokens']);
    const asManager = manageWith(world, await world.tokenFor(manager));
    expect((await asManager('GET', tenantTokens(own))).status).toBe(200);
    await change(path, { status: 'disabled' });
    expect(seen(await asManager('GET', tenantTokens(own)))).toEqual(problem(401, 'invalid_token'));
    await change(path, { name: 'Asleep' });
    await change(`${tenantTokens(own)}/${own.tenantToken.clientId}`, { description: 'asleep' });
    const made = await succeed<Credentials>(manage('POST', tenantTokens(own), { description: 'made asleep' }));
    for (const list of [`${path}/members`, tenantTokens(own), personalTokens(own), `${path}/service-users`]) {
      expect((await manage('GET', list)).status).toBe(200);
    }
    expect((await manage('GET', path)).body).toMatchObject({ name: 'Asleep', status: 'disabled' });
    expect((await manage('DELETE', `${tenantTokens(own)}/${made.clientId}`)).status).toBe(204);
    expect((await manage('DELETE', path)).status).toBe(204);
  });
});

describe('S9: a disabled user', () => {
  test('ends the access of every personal token, and of no token of the tenant', async () => {
    const own = await arrangeAcme(world);
    const [tenantToken, personalToken] = [
      await world.tokenFor(own.tenantToken),
      await world.tokenFor(own.personalToken),
    ];
    const before = await accessOf(own.personalToken, personalToken);
    await change(`/v1/users/${own.userId}`, { status: 'disabled' });
    expect(await accessOf(own.personalToken, personalToken)).toEqual(NO_ACCESS);
    expect(await accessOf(own.tenantToken, tenantToken)).toEqual([EVERYTHING, EVERYTHING, 200]);
    await change(`/v1/users/${own.userId}`, { status: 'active' });
    expect(await accessOf(own.personalToken, personalToken)).toEqual(before);
  });
});

describe('C9: a changed role', () => {
  test('gives and takes away permissions at the next exchange, introspection and online check', async () => {
    const roleId = await createRole(world, [readReports]);
    const credentials = await succeed<Credentials>(
      manage('POST', tenantTokens(acme), { description: 'export', roleIds: [roleId] }),
    );
    const token = await world.tokenFor(credentials);
    await change(`/v1/roles/${roleId}`, { permissions: [readReports, writeReports] });
    expect(await accessOf(credentials, token)).toEqual(['read:reports', EVERYTHING, 200]);
    const wider = await world.tokenFor(credentials);
    await change(`/v1/roles/${roleId}`, { permissions: [writeReports] });
    expect(await accessOf(credentials, token)).toEqual([undefined, 'write:reports', 403]);
    expect([await introspectedScope(world, wider), await visit(wider), await visit(wider, 'POST')]).toEqual([
      'write:reports',
      403,
      200,
    ]);
    await change(`/v1/roles/${roleId}`, { permissions: [] });
    expect(await exchangeOutcome(world, credentials)).toBe('400 invalid_target');
    expect(await introspectedScope(world, wider)).toBeUndefined();
  });

  test('C8: can be assigned by callers that are as strong as its level of this moment', async () => {
    const roleId = await createRole(world, [], 100);
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens']);
    const asManager = manageWith(world, await world.tokenFor(manager));
    const assign = () => asManager('POST', tenantTokens(acme), { description: 'by a manager', roleIds: [roleId] });
    const statuses: number[] = [];
    for (const level of [100, 9, 10]) {
      await change(`/v1/roles/${roleId}`, { level });
      statuses.push((await assign()).status);
    }
    expect(statuses).toEqual([201, 403, 201]);
  });
});

describe('a changed API', () => {
  const identifier = 'https://api.example.com/ledger';
  let path: string;
  let credentials: Credentials;
  beforeAll(async () => {
    path = await place.add('/v1/apis', {
      identifier,
      name: 'Ledger',
      permissions: [{ value: 'read' }, { value: 'write' }],
    });
    const roleId = await createRole(
      world,
      ['read', 'write'].map((value) => ({ api: identifier, value })),
    );
    credentials = await succeed(manage('POST', tenantTokens(acme), { description: 'export', roleIds: [roleId] }));
  });
  const exchange = () => world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });

  test('C9: takes a removed permission from all its holders, and gives it back when it is declared again', async () => {
    const token = await world.tokenFor(credentials);
    await change(path, { permissions: [{ value: 'read' }] });
    expect([await introspectedScope(world, token), await exchangeOutcome(world, credentials, {})]).toEqual([
      'read',
      'read',
    ]);
    expect(await exchangeOutcome(world, credentials, { scope: 'write' })).toBe('400 invalid_scope');
    await change(path, { permissions: [{ value: 'read' }, { value: 'write' }] });
    expect([await introspectedScope(world, token), await exchangeOutcome(world, credentials, {})]).toEqual([
      'read write',
      'read write',
    ]);
  });

  test('lets new tokens live as long as it says now, and does not change older tokens', async () => {
    const before = await world.tokenFor(credentials);
    await change(path, { tokenLifetimeSeconds: 60 });
    expect((await exchange()).body).toMatchObject({ expires_in: 60 });
    world.clock.advance(61);
    expect(await introspectedScope(world, before)).toBe('read write');
    await change(path, { tokenLifetimeSeconds: 86_400 });
    expect((await exchange()).body).toMatchObject({ expires_in: 86_400 });
  });

  test('F4: gets tokens that its algorithm of this moment signs; older tokens of Mintmark stay active', async () => {
    const before = await world.tokenFor(credentials);
    await change(path, { signingAlgorithm: 'ES256' });
    const after = await world.tokenFor(credentials);
    expect([before, after].map((token) => decodeProtectedHeader(token).alg)).toEqual(['RS256', 'ES256']);
    expect([await introspectedScope(world, before), await introspectedScope(world, after)]).toEqual([
      'read write',
      'read write',
    ]);
  });
});
