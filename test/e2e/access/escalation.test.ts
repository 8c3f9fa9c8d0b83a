import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useWorld } from '#test/support/world/use-world.ts';

/** A caller of the workspace that may manage applications, and nothing else. */
const world = useWorld();
let weak: Credentials;
let weakToken: string;
beforeAll(async () => {
  weak = (await world.manage('POST', '/v1/applications', { name: 'registrar' })).body as Credentials;
  const permissions = ['read:applications', 'write:applications'];
  await world.manage('PUT', `/v1/applications/${weak.clientId}/grants/${SYSTEM_API_ID}`, { permissions });
  weakToken = await world.tokenFor(weak);
});

const asWeak = (method: string, path: string, body?: unknown) => world.manage(method, path, body, weakToken);

const refused = {
  type: 'about:blank',
  title: 'forbidden',
  status: 403,
  code: 'forbidden',
  detail: 'You may only hand on permissions of the management API that you hold yourself.',
};

describe('C8: a manager of applications', () => {
  test.each([{ permissions: 'all' }, { permissions: ['write:tenants'] }])(
    'cannot grant itself $permissions',
    async (grant) => {
      const reply = await asWeak('PUT', `/v1/applications/${weak.clientId}/grants/${SYSTEM_API_ID}`, grant);
      expect(reply.body).toEqual(refused);
      expect((await asWeak('GET', '/v1/tenants')).status).toBe(403);
    },
  );

  test.each([
    ['POST', '/secrets', {}],
    ['POST', '/secrets/rotate', { graceSeconds: 60 }],
    ['PATCH', '', { name: 'mine' }],
  ])('cannot take over the administrator by %s %s', async (method, path, body) => {
    const before = (await world.manage('GET', `/v1/applications/${world.admin.clientId}`)).body;
    const reply = await asWeak(method, `/v1/applications/${world.admin.clientId}${path}`, body);
    expect(reply.body).toEqual(refused);
    expect((await world.manage('GET', `/v1/applications/${world.admin.clientId}`)).body).toEqual(before);
  });

  test('can hand on a permission that it holds itself', async () => {
    const { clientId } = (await asWeak('POST', '/v1/applications', { name: 'deputy' })).body as Credentials;
    const permissions = ['read:applications'];
    const reply = await asWeak('PUT', `/v1/applications/${clientId}/grants/${SYSTEM_API_ID}`, { permissions });
    expect(reply.status).toBe(200);
  });
});
