import { describe, expect, test } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { hashOf, LEGACY, useImports } from '#test/support/clients/imported-secrets.ts';
import { operationsOf, routeRequests } from '#test/support/route-requests/index.ts';
import { basic, type Credentials } from '#test/support/world/world.ts';

const HASH = hashOf(LEGACY);

const { world, acme, manage, tokens, createToken, importInto, arrangeImported, exchange } = useImports();
const guess = ({ clientId }: Pick<Credentials, 'clientId'>, clientSecret: string) =>
  exchange({ clientId, clientSecret });

describe('an imported secret', () => {
  test('is shown like other secrets, and no answer contains it', async () => {
    const { clientId, clientSecret } = await createToken();
    const { body } = await importInto(clientId);
    const createdAt = new Date(world.clock.nowSeconds() * 1_000).toISOString();
    const common = { createdBy: world.admin.clientId, createdAt, expiresAt: null };
    expect(body).toEqual({
      clientId,
      version: 2,
      rotationEndsAt: null,
      secrets: [
        { ...common, id: clientSecret.slice(4, 10), lastFour: clientSecret.slice(-4) },
        {
          ...common,
          id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
          lastFour: '',
          title: 'from before',
          imported: true,
        },
      ],
    });
  });

  test.each([
    ['2a', 4],
    ['2b', 5],
    ['2y', 4],
  ])('whose hash begins with $%s, of cost %i, is exchanged', async (prefix, cost) => {
    const hash = hashOf(LEGACY, cost).replace(/^\$2b/, `$${prefix}`);
    expect((await exchange(await arrangeImported(hash))).status).toBe(200);
  });

  test('works beside the others, and shows when it was used (Q7)', async () => {
    const own = await createToken();
    await succeed(importInto(own.clientId));
    expect((await exchange({ ...own, clientSecret: LEGACY })).status).toBe(200);
    const { secrets } = await succeed<{ secrets: { lastUsedAt: string | null }[] }>(
      manage('GET', `${tokens()}/${own.clientId}`),
    );
    expect(secrets.map(({ lastUsedAt }) => lastUsedAt !== null)).toEqual([false, true]);
    expect((await exchange(own)).status).toBe(200);
  });

  test('of a service user is a client of its own', async () => {
    const path = `/v1/tenants/${acme.tenantId}/service-users`;
    const { id } = await succeed(manage('POST', path, { name: 'export', roleIds: [acme.readerRoleId] }));
    const made = await succeed<Credentials>(
      manage('POST', `${path}/${id}/secrets`, { title: 'old', importedHash: HASH }),
    );
    expect(made).toMatchObject({ serviceUserId: id, title: 'old', lastFour: '', imported: true });
    expect(made).not.toHaveProperty('clientSecret');
    expect((await exchange({ clientId: made.clientId, clientSecret: LEGACY })).status).toBe(200);
  });

  test('of an application and of a member works too', async () => {
    const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'gateway' }));
    await succeed(manage('POST', `/v1/applications/${application.clientId}/secrets`, { importedHash: HASH }));
    const ofMember = `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`;
    await succeed(manage('POST', `${ofMember}/${acme.personalToken.clientId}/secrets`, { importedHash: HASH }));
    const statuses = [application, acme.personalToken].map(async ({ clientId }) => {
      const reply = await world.post('/oauth/revoke', { clientId, clientSecret: LEGACY }, { token: 'unknown' });
      return reply.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200]);
  });

  test('is replaced by a secret of Mintmark in a rotation', async () => {
    const imported = await arrangeImported();
    const rotated = await succeed<Credentials>(
      manage('POST', `${tokens()}/${imported.clientId}/secrets/rotate`, { graceSeconds: 60 }),
    );
    expect([(await exchange(imported)).status, (await exchange(rotated)).status]).toEqual([200, 200]);
    await succeed(manage('POST', `${tokens()}/${imported.clientId}/secrets/rotate/finish`));
    expect([(await exchange(imported)).status, (await exchange(rotated)).status]).toEqual([401, 200]);
  });

  test('is refused once it is deleted, or its client is disabled', async () => {
    const [deleted, disabled] = [await arrangeImported(), await arrangeImported()];
    const { secrets } = await succeed<{ secrets: { id: string }[] }>(manage('GET', `${tokens()}/${deleted.clientId}`));
    await manage('DELETE', `${tokens()}/${deleted.clientId}/secrets/${secrets[1]?.id}`);
    await succeed(manage('PATCH', `${tokens()}/${disabled.clientId}`, { status: 'disabled' }));
    expect([(await exchange(deleted)).status, (await exchange(disabled)).status]).toEqual([401, 401]);
  });

  test('B3: with characters that HTTP Basic encodes works form-encoded and raw', async () => {
    const secret = 'a+b %41 é';
    const { clientId } = await arrangeImported(hashOf(secret));
    const raw = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    const replies = [basic({ clientId, clientSecret: secret }), raw].map((authorization) =>
      world.send('POST', '/oauth/token', {
        headers: { authorization },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }),
    );
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('Sound 22: is not repeated behind an escaped NUL', async () => {
    const { clientId } = await arrangeImported(hashOf('S'));
    const statuses = ['S', 'S%00S'].map(async (secret) => {
      const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
      const body = new URLSearchParams({ grant_type: 'client_credentials' });
      return (await world.send('POST', '/oauth/token', { headers: { authorization }, body })).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  test('B20: of 72 bytes works, and a text that only begins like it does not', async () => {
    const secret = 'é'.repeat(36);
    const { clientId } = await arrangeImported(hashOf(secret));
    const statuses = [secret, `${secret}x`, secret.slice(0, -1)].map(
      async (clientSecret) => (await guess({ clientId }, clientSecret)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 401, 401]);
  });
});

describe('an import of a secret is refused', () => {
  test.each([
    ['that is no hash', 'secret'],
    ['of another kind', `$2x$10$${'a'.repeat(53)}`],
    ['of a cost that takes too long', `$2b$13$${'a'.repeat(53)}`],
    ['of a cost that there is none of', `$2b$03$${'a'.repeat(53)}`],
    ['that is too short', `$2b$10$${'a'.repeat(52)}`],
    ['that is too long', `$2b$10$${'a'.repeat(54)}`],
    ['with a line break at its end', `$2b$10$${'a'.repeat(53)}\n`],
  ])('A14: of a hash %s, without repeating it', async (_what, importedHash) => {
    const { clientId } = await createToken();
    const reply = await importInto(clientId, importedHash);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', field: 'importedHash' } });
    expect(reply.text).not.toContain(importedHash.trim());
  });

  test('beside another imported secret, and possible again after the deletion of that secret', async () => {
    const { clientId } = await arrangeImported();
    expect(await importInto(clientId)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await succeed(manage('POST', `${tokens()}/${clientId}/secrets/rotate`, { graceSeconds: 0 }));
    expect((await importInto(clientId)).status).toBe(201);
  });

  test('to callers of a tenant, with any permission', async () => {
    const { clientId } = await createToken();
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens', 'write:service-users']);
    const asTenant = manageWith(world, await world.tokenFor(manager));
    const path = `/v1/tenants/${acme.tenantId}/service-users`;
    const { id } = await succeed(asTenant('POST', path, { name: 'export' }));
    const replies = [
      await asTenant('POST', `${tokens()}/${clientId}/secrets`, { importedHash: HASH }),
      await asTenant('POST', `${path}/${id}/secrets`, { title: 'x', importedHash: HASH }),
    ];
    expect(replies.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
    ]);
  });
});

test('U6: no route ever shows a hash', async () => {
  const requests = await routeRequests(world, acme);
  const shown: string[] = [];
  await arrangeImported();
  const operations = operationsOf(...tables.map(({ name }) => name)).filter(({ isChange }) => !isChange);
  for (const { operation } of operations) {
    const { method, path, ...init } = await requests[operation]();
    shown.push((await world.send(method, path, init)).text);
  }
  shown.push((await manage('GET', `${tokens()}?limit=100`)).text);
  expect(shown.filter((text) => /\$2[aby]\$/.test(text))).toEqual([]);
  expect(shown.at(-1)).toContain('"imported":true');
});
