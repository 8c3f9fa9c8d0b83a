import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { personalTokens, tenantTokens } from '#test/support/arrange/changeable-kinds.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { accessLeft, NO_ACCESS } from '#test/support/ask/access-left.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { opened, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
const acme = useAcme(world);
const manage = useManage(world);

const change = (path: string, body: object) => succeed(manage('PATCH', path, body));
const accessOf = (credentials: Credentials, token: string) => accessLeft(world, online, { credentials, token });

describe('a changed API token', () => {
  const create = (body: object) =>
    succeed<Credentials>(manage('POST', tenantTokens(acme), { description: 'export', ...body }));
  const pathOf = ({ clientId }: Credentials) => `${tenantTokens(acme)}/${clientId}`;

  test('C9: acts with its roles of this moment', async () => {
    const credentials = await create({ roleIds: [acme.readerRoleId, acme.writerRoleId] });
    const token = await world.tokenFor(credentials);
    await change(pathOf(credentials), { roleIds: [acme.readerRoleId] });
    expect(await accessOf(credentials, token)).toEqual(['read:reports', 'read:reports', 200]);
    await change(pathOf(credentials), { roleIds: [] });
    expect(await accessOf(credentials, token)).toEqual([undefined, '400 invalid_target', 403]);
  });

  test('is refused while it is disabled', async () => {
    const credentials = await create({ roleIds: [acme.readerRoleId] });
    const token = await world.tokenFor(credentials);
    await change(pathOf(credentials), { status: 'disabled' });
    expect(await accessOf(credentials, token)).toEqual(NO_ACCESS);
    await change(pathOf(credentials), { status: 'active' });
    expect(await accessOf(credentials, token)).toEqual(['read:reports', 'read:reports', 200]);
  });

  test('carries its metadata of this moment into access tokens', async () => {
    const credentials = await create({ roleIds: [acme.readerRoleId], metadata: { team: 'a', plan: 'gold' } });
    const carried = async () => decodeJwt(await world.tokenFor(credentials)).metadata;
    await change(pathOf(credentials), { metadata: { team: null, region: { name: 'eu' } } });
    expect(await carried()).toEqual({ plan: 'gold', region: { name: 'eu' } });
    await change(pathOf(credentials), { metadata: null });
    expect(await carried()).toBeUndefined();
  });

  test('may end earlier than before, never later', async () => {
    const credentials = await create({ roleIds: [acme.readerRoleId] });
    const expire = (expiresInSeconds: number) => manage('PATCH', pathOf(credentials), { expiresInSeconds });
    const token = await world.tokenFor(credentials);
    expect([(await expire(100)).status, (await expire(90)).status, (await expire(90)).status]).toEqual([200, 200, 200]);
    expect(seen(await expire(91))).toEqual(problem(400, 'invalid_request', 'expiresInSeconds'));
    world.clock.advance(60);
    expect(seen(await expire(31))).toEqual(problem(400, 'invalid_request', 'expiresInSeconds'));
    const { body } = await world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });
    expect(body).toMatchObject({ expires_in: 30 });
    world.clock.advance(30);
    expect(await accessOf(credentials, token)).toEqual(NO_ACCESS);
    expect(seen(await expire(1))).toEqual(problem(400, 'invalid_request', 'expiresInSeconds'));
  });

  test('C8: is changed by no weaker caller, and never becomes stronger than the caller', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens']);
    const asManager = manageWith(world, await world.tokenFor(manager));
    const [strong, equal] = [await createRole(world, [], 9), await createRole(world, [], 10)];
    const [weakToken, strongToken] = [await create({ roleIds: [equal] }), await create({ roleIds: [strong] })];
    const patch = (credentials: Credentials, body: object) => asManager('PATCH', pathOf(credentials), body);
    expect(seen(await patch(weakToken, { roleIds: [equal, strong] }))).toEqual(problem(403, 'forbidden', 'roleIds'));
    for (const body of [{ roleIds: [] }, { description: 'mine' }, { status: 'disabled' }, {}]) {
      expect(seen(await patch(strongToken, body))).toEqual(problem(403, 'forbidden', 'roleIds'));
    }
    expect((await manage('GET', pathOf(strongToken))).body).toMatchObject({ version: 1, roleIds: [strong] });
    expect((await patch(weakToken, { roleIds: [equal, acme.writerRoleId] })).body).toMatchObject({ version: 2 });
  });

  test('of a member keeps the roles of the member, and is changed by that member only', async () => {
    const path = `${personalTokens(acme)}/${acme.personalToken.clientId}`;
    const refused = problem(400, 'invalid_request', 'roleIds');
    expect(seen(await manage('PATCH', path, { roleIds: [acme.writerRoleId] }))).toEqual(refused);
    expect(await exchangeOutcome(world, acme.personalToken)).toBe('read:reports');
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens', 'write:user-tokens']);
    const asManager = manageWith(world, await world.tokenFor(manager));
    expect(seen(await asManager('PATCH', path, { description: 'theirs' }))).toEqual(problem(404, 'not_found'));
  });
});
