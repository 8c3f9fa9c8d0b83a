import { beforeAll, describe, expect, test } from 'vitest';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { workspaceItems } from '#test/support/stored/table-items.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld();
const manage = useManage(world);

const SECRET = 'the-secret-of-the-provider';

const COLLECTION = '/v1/identity-providers';

const newOne = {
  name: 'Acme',
  type: 'oidc',
  issuer: 'https://login.acme.example',
  clientId: 'mintmark',
  clientSecret: SECRET,
  trustedDomains: ['Acme.Example'],
};

const create = (changes: object = {}) => manage('POST', COLLECTION, { ...newOne, ...changes });

describe('an identity provider', () => {
  test('is shown with the redirect URI to register there, and never with its secret, which no table has in clear', async () => {
    const reply = await create();
    const { id } = reply.body as { id: string };
    const shown = {
      id: expect.stringMatching(/^idp_\w{22}$/),
      name: 'Acme',
      type: 'oidc',
      issuer: 'https://login.acme.example',
      clientId: 'mintmark',
      trustedDomains: ['acme.example'],
      forMembers: false,
      enabled: true,
      redirectUri: `${world.url}/login/callback/${id}`,
      createdAt: expect.any(String),
      version: 1,
    };
    expect({ status: reply.status, body: reply.body }).toEqual({ status: 201, body: shown });
    expect((await manage('GET', `${COLLECTION}/${id}`)).body).toEqual(shown);
    const { items } = await succeed<{ items: readonly object[] }>(manage('GET', COLLECTION));
    expect(items).toContainEqual(shown);
    const stored = (await workspaceItems()).join('\n');
    expect(stored).toContain(id);
    expect(stored).not.toContain(SECRET);
    expect(stored).not.toContain(Buffer.from(SECRET).toString('base64'));
  });

  test('changes everything but its type and issuer, and is gone once it is deleted', async () => {
    const { id } = await succeed(create());
    const path = `${COLLECTION}/${id}`;
    const change = { name: 'Other', clientId: 'new', trustedDomains: [], forMembers: true, enabled: false };
    expect(await succeed(manage('PATCH', path, { ...change, clientSecret: 'next' }))).toMatchObject(change);
    for (const fixed of [{ issuer: 'https://evil.example.com' }, { type: 'google' }]) {
      expect(await manage('PATCH', path, fixed)).toMatchObject({ status: 400 });
    }
    expect(await manage('DELETE', path)).toMatchObject({ status: 204 });
    expect(seen(await manage('GET', path))).toEqual(problem(404, 'not_found'));
  });

  test.each([
    ['google', 'https://accounts.google.com'],
    ['github', 'https://github.com/login/oauth'],
  ])('of the type %s needs no issuer, and takes no other', async (type, issuer) => {
    expect(await succeed(create({ type, issuer: undefined }))).toMatchObject({ type, issuer });
    expect(await succeed(create({ type, issuer }))).toMatchObject({ type, issuer });
    expect(seen(await create({ type }))).toEqual(problem(400, 'invalid_request', 'issuer'));
  });

  test.each(['https://accounts.google.com', 'https://accounts.google.com/', 'https://github.com/login/oauth'])(
    'of OpenID Connect is not %s, which has rules of its own',
    async (issuer) => {
      expect(seen(await create({ issuer }))).toEqual(problem(400, 'invalid_request', 'issuer'));
    },
  );

  test.each([
    'xn--bcher-kva.example',
    'bücher.example'.normalize(),
    'bank.xn--p1ai',
    'bank.xn--',
    'bank.xn--a-',
    '-a.example',
  ])('is trusted for domains in ASCII, of all scripts: %s', async (domain) => {
    const isDomain = ['xn--bcher-kva.example', 'bank.xn--p1ai'].includes(domain);
    expect(await create({ trustedDomains: [domain] })).toMatchObject({ status: isDomain ? 201 : 400 });
  });

  test('of OpenID Connect needs an issuer', async () => {
    expect(seen(await create({ issuer: undefined }))).toEqual(problem(400, 'invalid_request', 'issuer'));
  });
});

describe('writing identity providers, which lets the writer log in as any user', () => {
  let systemApiId: string;
  beforeAll(async () => {
    const { items } = await succeed<{ items: { id: string; identifier: string }[] }>(manage('GET', '/v1/apis'));
    systemApiId = items.find(({ identifier }) => identifier === `${world.url}/v1/`)?.id ?? '';
  });

  /** A caller of the workspace with these permissions. */
  const callerWith = async (permissions: readonly string[] | 'all'): Promise<Manage> => {
    const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'Provisioning' }));
    const path = `/v1/applications/${application.clientId}/grants/${systemApiId}`;
    await succeed(manage('PUT', path, { permissions }));
    return manageWith(world, await world.tokenFor(application, { audience: `${world.url}/v1/` }));
  };

  const everything = async () => {
    const { permissions } = await succeed<{ permissions: { value: string }[] }>(
      manage('GET', `/v1/apis/${systemApiId}`),
    );
    return permissions.map(({ value }) => value);
  };

  test('a caller who lacks any permission of the management API creates, changes and deletes none', async () => {
    const { id } = await succeed(create());
    const path = `${COLLECTION}/${id}`;
    const lacking = (await everything()).filter((value) => value !== 'test:apis');
    for (const permissions of [['read:identity-providers', 'write:identity-providers'], lacking]) {
      const as = await callerWith(permissions);
      expect(await as('GET', path)).toMatchObject({ status: 200 });
      for (const change of [{ trustedDomains: ['example.com'] }, { clientSecret: 'mine' }, { forMembers: true }]) {
        expect(seen(await as('PATCH', path, change))).toEqual(problem(403, 'forbidden'));
      }
      expect(seen(await as('POST', COLLECTION, newOne))).toEqual(problem(403, 'forbidden'));
      expect(seen(await as('DELETE', path))).toEqual(problem(403, 'forbidden'));
    }
  });

  test('a caller with every permission may', async () => {
    const as = await callerWith('all');
    const { id } = await succeed(as('POST', COLLECTION, newOne));
    expect(await as('DELETE', `${COLLECTION}/${id}`)).toMatchObject({ status: 204 });
  });
});
