import { describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);
const serviceUsers = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/service-users`;
const reader = () => createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
const idOf = (path: string) => path.split('/').at(-1) ?? '';

/** A service user of Acme as it is shown after its creation with only a name. */
const shownNow = (name: string) => ({
  id: expect.stringMatching(/^svc_\w{22}$/),
  tenantId: acme.tenantId,
  name,
  roleIds: [],
  status: 'active',
  createdAt: new Date(world.clock.nowSeconds() * 1_000).toISOString(),
  version: 1,
});

describe('a new service user', () => {
  test('is shown as it was requested, at once and later', async () => {
    const request = {
      name: 'billing export',
      description: 'Nightly',
      roleIds: [acme.readerRoleId],
      metadata: { team: 'Büro', deep: { list: [1, null] } },
    };
    const created = await manage('POST', serviceUsers(acme), request);
    expect(seen(created)).toEqual({ status: 201, body: { ...shownNow('billing export'), ...request } });
    expect(created.headers.get('etag')).toBe('"1"');
    const { id } = created.body as { id: string };
    const shown = await manage('GET', `${serviceUsers(acme)}/${id}`);
    expect([seen(shown), shown.headers.get('etag')]).toEqual([{ status: 200, body: created.body }, '"1"']);
  });

  test('needs nothing but a name', async () => {
    const created = await manage('POST', serviceUsers(acme), { name: 'export' });
    expect(seen(created)).toEqual({ status: 201, body: shownNow('export') });
  });

  test('has each of its roles once', async () => {
    const { readerRoleId, writerRoleId } = acme;
    const roleIds = [writerRoleId, readerRoleId, writerRoleId];
    const { body } = await manage('POST', serviceUsers(acme), { name: 'export', roleIds });
    expect(body).toMatchObject({ roleIds: [writerRoleId, readerRoleId] });
  });

  test('A18: has no member that its request may not say', async () => {
    const forged = { id: 'svc_mine', tenantId: globex.tenantId, status: 'disabled', version: 9, createdAt: 'x' };
    for (const [name, value] of Object.entries(forged)) {
      const reply = await manage('POST', serviceUsers(acme), { name: 'forged', [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
  });

  test('needs a tenant', async () => {
    expect(seen(await manage('POST', '/v1/tenants/ten_unknown/service-users', { name: 'x' }))).toEqual(
      problem(404, 'not_found'),
    );
    expect(seen(await manage('GET', '/v1/tenants/ten_unknown/service-users'))).toEqual(problem(404, 'not_found'));
  });
});

describe('a list of service users', () => {
  test('shows each service user of a tenant once, the oldest first, and none of another tenant', async () => {
    const initech = await arrangeAcme(world);
    const paths: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      paths.push(await createServiceUser(world, initech.tenantId, []));
      world.clock.advance(1);
    }
    const pages: { items: { id: string }[]; nextCursor?: string }[] = [];
    do {
      const cursor = pages.at(-1)?.nextCursor;
      const query = `?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`;
      pages.push((await world.manage('GET', serviceUsers(initech) + query)).body as (typeof pages)[number]);
    } while (pages.at(-1)?.nextCursor !== undefined);
    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 1]);
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(paths.map(idOf));
  });
});

describe('a change of a service user', () => {
  test('changes the members that the patch names, and nothing else', async () => {
    const request = { name: 'before', description: 'Old', metadata: { kept: 1, gone: 2 } };
    const { body: before } = await manage('POST', serviceUsers(acme), request);
    const path = `${serviceUsers(acme)}/${(before as { id: string }).id}`;
    const patch = { name: 'after', description: null, roleIds: [acme.writerRoleId], metadata: { gone: null, new: 3 } };
    const changed = await manage('PATCH', path, patch);
    const expected = {
      ...shownNow('after'),
      roleIds: [acme.writerRoleId],
      metadata: { kept: 1, new: 3 },
      version: 2,
    };
    expect([seen(changed), changed.headers.get('etag')]).toEqual([{ status: 200, body: expected }, '"2"']);
    expect((await manage('GET', path)).body).toEqual(expected);
    expect((await manage('PATCH', path, { metadata: null, roleIds: [] })).body).toEqual({
      ...shownNow('after'),
      version: 3,
    });
  });

  test('is refused for another version than If-Match names', async () => {
    const path = await reader();
    const patchAt = (tag: string) => manage('PATCH', path, { name: 'renamed' }, { 'if-match': tag });
    expect(seen(await patchAt('"2"'))).toEqual(problem(412, 'precondition_failed'));
    expect(await patchAt('"1"')).toMatchObject({ status: 200, body: { name: 'renamed', version: 2 } });
    expect(seen(await patchAt('"1"'))).toEqual(problem(412, 'precondition_failed'));
  });

  test('A18: changes no member that a patch may not name', async () => {
    const path = await reader();
    const { body: before } = await manage('GET', path);
    const refused = (field: string) => problem(400, 'invalid_request', field);
    expect(seen(await manage('PATCH', path, { secrets: [] }))).toEqual(refused('secrets'));
    for (const forged of [{ id: 'svc_mine' }, { tenantId: globex.tenantId }, { createdAt: 'x' }, { version: 9 }]) {
      const [field = ''] = Object.keys(forged);
      expect(seen(await manage('PATCH', path, forged))).toEqual(refused(field));
    }
    expect((await manage('GET', path)).body).toEqual(before);
  });
});

describe('a service user is refused with', () => {
  test.each([
    ['no name', { name: undefined }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of 129 characters', { name: 'x'.repeat(129) }, 'name'],
    ['a name in two lines', { name: 'two\nlines' }, 'name'],
    ['a description of 257 characters', { description: 'x'.repeat(257) }, 'description'],
    ['an unknown role', { roleIds: ['rol_unknown'] }, 'roleIds'],
    ['what can be no id of a role', { roleIds: ['../roles'] }, 'roleIds[0]'],
    ['a role that is not in a list', { roleIds: 'rol_1' }, 'roleIds'],
    ['51 roles', { roleIds: Array.from({ length: 51 }, (_, index) => `rol_${index}`) }, 'roleIds'],
    ['metadata that is a list', { metadata: [] }, 'metadata'],
    ['metadata of more than 4 KiB', { metadata: { x: 'ü'.repeat(2_048) } }, 'metadata'],
  ])('%s', async (_what, change, field) => {
    const refusal = problem(400, 'invalid_request', field);
    expect(seen(await manage('POST', serviceUsers(acme), { name: 'export', ...change }))).toEqual(refusal);
    if ('name' in change && change.name === undefined) return;
    expect(seen(await manage('PATCH', await reader(), change))).toEqual(refusal);
  });

  test.each(['deleted', 'Active', true, null])('the status %o, also in a change', async (status) => {
    expect(seen(await manage('PATCH', await reader(), { status }))).toEqual(problem(400, 'invalid_request', 'status'));
  });
});

describe('I9: the authority of a service user', () => {
  test('C9: follows its roles of this moment', async () => {
    const path = await reader();
    const secret = await createServiceUserSecret(world, path);
    const earlier = await world.tokenFor(secret);
    await manage('PATCH', path, { roleIds: [acme.readerRoleId, acme.writerRoleId] });
    expect([await exchangeOutcome(world, secret), await introspectedScope(world, earlier)]).toEqual([
      'read:reports write:reports',
      'read:reports',
    ]);
    await manage('PATCH', path, { roleIds: [acme.writerRoleId] });
    expect([await exchangeOutcome(world, secret), await introspectedScope(world, earlier)]).toEqual([
      'write:reports',
      undefined,
    ]);
    await manage('PATCH', path, { roleIds: [] });
    expect(await exchangeOutcome(world, secret)).toBe('400 invalid_target');
  });

  test('is nothing from the moment it is disabled until it is enabled again', async () => {
    const path = await reader();
    const secret = await createServiceUserSecret(world, path);
    const earlier = await world.tokenFor(secret);
    const outcomes = async () => [await exchangeOutcome(world, secret), await introspectedScope(world, earlier)];
    expect((await manage('PATCH', path, { status: 'disabled' })).body).toMatchObject({ status: 'disabled' });
    expect(await outcomes()).toEqual(['401 invalid_client', undefined]);
    expect((await manage('PATCH', path, { status: 'active' })).body).toMatchObject({ status: 'active' });
    expect(await outcomes()).toEqual(['read:reports', 'read:reports']);
  });

  test('is nothing for ever once it is deleted', async () => {
    const path = await reader();
    const secret = await createServiceUserSecret(world, path);
    const earlier = await world.tokenFor(secret);
    expect(seen(await manage('DELETE', path))).toEqual({ status: 204, body: undefined });
    for (const [method, rest, body] of [
      ['GET', ''],
      ['PATCH', '', { status: 'active' }],
      ['DELETE', ''],
      ['POST', '/secrets', { title: 'late' }],
      ['GET', '/secrets'],
      ['DELETE', `/secrets/${secret.clientId}`],
    ] as const) {
      const reply = await manage(method, path + rest, body);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      const unknown = `${serviceUsers(acme)}/svc_unknown${rest}`;
      expect(wholeReply(reply)).toEqual(wholeReply(await manage(method, unknown, body)));
    }
    await manage('POST', serviceUsers(acme), { name: 'successor', roleIds: [acme.readerRoleId] });
    expect([await exchangeOutcome(world, secret), await introspectedScope(world, earlier)]).toEqual([
      '401 invalid_client',
      undefined,
    ]);
    expect((await manage('GET', `${serviceUsers(acme)}?limit=100`)).text).not.toContain(idOf(path));
  });

  test.each([
    ['disabled', (path: string) => manage('PATCH', path, { status: 'disabled' })],
    ['deleted', (path: string) => manage('DELETE', path)],
  ])('is nothing if its tenant is %s', async (_what, end) => {
    const initech = await arrangeAcme(world);
    const path = await createServiceUser(world, initech.tenantId, [initech.readerRoleId]);
    const secret = await createServiceUserSecret(world, path);
    const earlier = await world.tokenFor(secret);
    await end(`/v1/tenants/${initech.tenantId}`);
    expect([await exchangeOutcome(world, secret), await introspectedScope(world, earlier)]).toEqual([
      '401 invalid_client',
      undefined,
    ]);
  });
});
