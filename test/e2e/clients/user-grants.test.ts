import { describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { type Grantee, SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { manageWith } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

const grantsOf = ({ clientId }: Credentials) => `/v1/applications/${clientId}/grants`;

const pathOf = (application: Credentials, grantee?: Grantee) =>
  `${grantsOf(application)}/${acme.apiId}${grantee === undefined ? '' : `?for=${grantee}`}`;

interface Grant {
  readonly id: string;
  readonly for: Grantee;
  readonly permissions: readonly string[];
  readonly version: number;
}

async function shownGrants(application: Credentials): Promise<readonly Grant[]> {
  return ((await world.manage('GET', grantsOf(application))).body as { items: Grant[] }).items;
}

/** An application with a grant for itself that reads reports, and a grant for users with everything. */
async function withBothGrants(): Promise<Credentials> {
  const application = await createApplication(world);
  await grantPermissions(world, application, acme.apiId, ['read:reports'], 'client');
  await grantPermissions(world, application, acme.apiId, 'all', 'user');
  return application;
}

describe('C6: a client grant for users', () => {
  test('is another grant than the grant of the application itself at the same API', async () => {
    const application = await withBothGrants();
    const [own, ofUsers] = await shownGrants(application);
    expect([own, ofUsers]).toEqual([
      expect.objectContaining({ for: 'client', permissions: ['read:reports'] }),
      expect.objectContaining({ for: 'user', permissions: 'all' }),
    ]);
    expect(own?.id).not.toBe(ofUsers?.id);
    const set = await world.manage('PUT', pathOf(application), { for: 'user', permissions: [] });
    expect(set.body).toEqual({ ...ofUsers, permissions: [], version: (ofUsers?.version ?? 0) + 1 });
    expect(await shownGrants(application)).toEqual([own, set.body]);
  });

  test.each<[string, object]>([
    ['names nobody', { permissions: 'all' }],
    ['names the client', { for: 'client', permissions: 'all' }],
  ])('is not what a request means that %s', async (_what, body) => {
    const application = await createApplication(world);
    const { body: set } = await world.manage('PUT', pathOf(application), body);
    expect(set).toMatchObject({ for: 'client' });
    expect(await shownGrants(application)).toEqual([set]);
  });

  test.each([['users'], ['USER'], [null], [''], [['user']]])('is refused as a grant for %j', async (grantee) => {
    const application = await createApplication(world);
    const refused = await world.manage('PUT', pathOf(application), { for: grantee, permissions: 'all' });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'for'));
    expect(await shownGrants(application)).toEqual([]);
  });

  test('gives nothing to the application itself', async () => {
    const application = await withBothGrants();
    expect(await exchangeOutcome(world, application)).toBe('read:reports');
    await world.manage('DELETE', pathOf(application, 'client'));
    expect(await exchangeOutcome(world, application)).toBe('400 invalid_target');
  });

  test('does not count as an API that an exchange without audience can mean', async () => {
    const api = await registerApi(world, ['read']);
    const application = await createApplication(world);
    await grantPermissions(world, application, acme.apiId, 'all', 'user');
    expect(await exchangeOutcome(world, application, {})).toBe('400 invalid_request');
    await grantPermissions(world, application, api.id, 'all');
    expect(await exchangeOutcome(world, application, {})).toBe('read');
  });

  test.each<[Grantee | undefined, Grantee]>([
    [undefined, 'user'],
    ['client', 'user'],
    ['user', 'client'],
  ])('is deleted alone: a DELETE for %s leaves the grant for %s', async (grantee, left) => {
    const application = await withBothGrants();
    expect((await world.manage('DELETE', pathOf(application, grantee))).status).toBe(204);
    expect((await shownGrants(application)).map((grant) => grant.for)).toEqual([left]);
    expect(seen(await world.manage('DELETE', pathOf(application, grantee)))).toEqual(problem(404, 'not_found'));
  });

  test('is removed with its application', async () => {
    const application = await withBothGrants();
    await world.manage('DELETE', `/v1/applications/${application.clientId}`);
    await world.run('remove-deleted');
    expect(seen(await world.manage('GET', grantsOf(application)))).toEqual(problem(404, 'not_found'));
  });

  test('U4: is told apart in the audit log', async () => {
    const application = await withBothGrants();
    await world.manage('DELETE', pathOf(application, 'user'));
    const { body } = await world.manage('GET', '/v1/audit-events?outcome=succeeded&limit=100');
    const { clientId } = application;
    const { items } = body as { items: { type: string; target: Record<string, string> }[] };
    const told = items.filter(({ target, type }) => target.clientId === clientId && type !== 'client.created');
    expect(told.map(({ type, target }) => `${type} for ${target.for}`).toSorted()).toEqual([
      'client_grant.deleted for user',
      'client_grant.set for client',
      'client_grant.set for user',
    ]);
  });
});

describe('C8: a caller that may write applications, and nothing else', () => {
  const arrange = async (...permissions: readonly SystemPermission[]) => {
    const manager = await createApplication(world);
    await grantPermissions(world, manager, SYSTEM_API_ID, ['write:applications', ...permissions]);
    return manageWith(world, await world.tokenFor(manager));
  };
  const managementGrant = ({ clientId }: Credentials) => `/v1/applications/${clientId}/grants/${SYSTEM_API_ID}`;

  test('gives the users of an application no permission of the management API that it does not hold', async () => {
    const ask = await arrange('read:tenants');
    const application = await createApplication(world);
    const set = (permissions: readonly string[] | 'all') =>
      ask('PUT', managementGrant(application), { for: 'user', permissions });
    expect(seen(await set(['read:users']))).toEqual(problem(403, 'forbidden'));
    expect(seen(await set('all'))).toEqual(problem(403, 'forbidden'));
    expect((await set(['read:tenants'])).status).toBe(200);
  });

  test('gets no secret of an application whose users may get more there than it holds', async () => {
    const ask = await arrange();
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:users'], 'user');
    const replies = [
      await ask('POST', `/v1/applications/${application.clientId}/secrets`, {}),
      await ask('PATCH', `/v1/applications/${application.clientId}`, { name: 'mine' }),
    ];
    expect(replies.map(seen)).toEqual(Array(2).fill(problem(403, 'forbidden')));
  });
});
