import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import {
  type Developer,
  letDevelopersIn,
  newDeveloper,
  OWN_APPLICATIONS,
  pathOf,
  registerOwn,
  registration,
} from '#test/support/arrange/developers.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { grantPermissions } from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const ada = prepared(() => newDeveloper(world));
const eve = prepared(() => newDeveloper(world));
beforeAll(() => letDevelopersIn(world, { mode: 'open', maxApplications: 100 }));

interface Listed {
  readonly items: readonly { readonly clientId: string }[];
}

const idsOf = async ({ manage }: Developer) => {
  const { items } = await succeed<Listed>(manage('GET', OWN_APPLICATIONS));
  return items.map(({ clientId }) => clientId);
};

describe('an application that a developer registers', () => {
  test('W10: belongs to the user of the token, is third-party, and gets codes and refresh tokens only', async () => {
    const created = await ada.manage('POST', OWN_APPLICATIONS, registration);
    const { clientSecret, ...shown } = created.body as Credentials;
    expect(created.status).toBe(201);
    expect(shown).toEqual({
      clientId: expect.stringMatching(/^cli_\w{22}$/),
      ...registration,
      ownerUserId: ada.userId,
      createdBy: ada.userId,
      party: 'third',
      tokenEndpointAuthMethod: 'client_secret_basic',
      grantTypes: ['authorization_code', 'refresh_token'],
      postLogoutRedirectUris: [],
      createdAt: expect.any(String),
      expiresAt: null,
      secrets: [expect.objectContaining({ lastFour: clientSecret.slice(-4), createdBy: ada.userId })],
      status: 'active',
      version: 1,
    });
    expect(withoutUses(seen(await ada.manage('GET', pathOf(shown))))).toEqual({ status: 200, body: shown });
    expect(await idsOf(ada)).toContain(shown.clientId);
  });

  test.each<[string, object]>([
    ['party', { party: 'first' }],
    ['ownerUserId', { ownerUserId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W' }],
    ['owner', { owner: 'workspace' }],
    ['userId', { userId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W' }],
    ['developerId', { developerId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W' }],
    ['createdBy', { createdBy: 'cli_mine' }],
    ['tenantId', { tenantId: 'ten_acme' }],
    ['grantTypes', { grantTypes: ['client_credentials'] }],
    ['skipConsent', { skipConsent: true }],
    ['permissions', { permissions: ['read:reports'] }],
    ['apiIds', { apiIds: [SYSTEM_API_ID] }],
    ['metadata', { metadata: { admin: true } }],
    ['tokenQuota', { tokenQuota: { perHour: null } }],
    ['isPausedByOwner', { isPausedByOwner: true }],
  ])('W10: has no member %s that its developer chooses', async (field, member) => {
    const refusal = problem(400, 'invalid_request', field);
    expect(seen(await ada.manage('POST', OWN_APPLICATIONS, { ...registration, ...member }))).toEqual(refusal);
    const path = pathOf(await registerOwn(ada));
    expect(seen(await ada.manage('PATCH', path, member))).toEqual(refusal);
  });

  test.each<[string, object, string]>([
    ['no redirect URI', { redirectUris: [] }, 'redirectUris'],
    ['a redirect URI with a fragment', { redirectUris: ['https://mailer.example.net/#'] }, 'redirectUris[0]'],
    ['a redirect URI without TLS', { redirectUris: ['http://mailer.example.net/'] }, 'redirectUris[0]'],
    ['a redirect URI that is a script', { redirectUris: ['javascript:alert(1)'] }, 'redirectUris[0]'],
    ['keys beside a secret', { jwksUri: 'https://mailer.example.net/keys' }, 'jwksUri'],
    [
      'keys in a private network',
      { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://10.0.0.1/' },
      'jwksUri',
    ],
    ['a name in the other direction', { name: 'Mailer\u202Egpj' }, 'name'],
    ['a name of ours', { name: 'Mintmark Support' }, 'name'],
  ])('is refused with %s, when it is made and when it changes', async (_what, member, field) => {
    const refusal = problem(400, 'invalid_request', field);
    expect(seen(await ada.manage('POST', OWN_APPLICATIONS, { ...registration, ...member }))).toEqual(refusal);
    const path = pathOf(await registerOwn(ada));
    expect(seen(await ada.manage('PATCH', path, member))).toEqual(refusal);
  });

  test('W10: gets no token for itself, also with a client grant', async () => {
    const application = await registerOwn(ada);
    await grantPermissions(world, application, acme.apiId, 'all');
    expect(await exchangeOutcome(world, application)).toBe('400 unauthorized_client');
  });

  test('keeps the grants that an administrator gave it, when its developer changes it', async () => {
    const application = await registerOwn(ada);
    const grantTypes = ['authorization_code', 'client_credentials'];
    await succeed(world.manage('PATCH', `/v1/applications/${application.clientId}`, { grantTypes }));
    const renamed = { name: 'Courier', redirectUris: ['https://courier.example.net/'] };
    expect((await ada.manage('PATCH', pathOf(application), renamed)).body).toMatchObject({
      ...renamed,
      grantTypes,
      party: 'third',
      version: 3,
    });
  });
});

describe('W10: an application of somebody else', () => {
  const requests: readonly [string, string, object?][] = [
    ['GET', ''],
    ['PATCH', '', { name: 'Mine' }],
    ['PATCH', '', { status: 'disabled' }],
    ['DELETE', ''],
    ['POST', '/secrets', { title: 'mine' }],
    ['POST', '/secrets/rotate', { graceSeconds: 0 }],
    ['POST', '/secrets/rotate/finish'],
    ['POST', '/secrets/rotate/cancel'],
    ['DELETE', '/secrets/{secretId}'],
  ];

  test.each(requests)('looks missing to %s %s', async (method, rest, body) => {
    const { clientId, clientSecret } = await registerOwn(ada);
    const path = rest.replace('{secretId}', clientSecret.slice(4, 10));
    const before = await ada.manage('GET', `${OWN_APPLICATIONS}/${clientId}`);
    const reply = await eve.manage(method, `${OWN_APPLICATIONS}/${clientId}${path}`, body);
    const unknown = await eve.manage(method, `${OWN_APPLICATIONS}/cli_unknown${path}`, body);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
    expect(wholeReply(reply)).toEqual(wholeReply(unknown));
    expect(seen(await ada.manage('GET', `${OWN_APPLICATIONS}/${clientId}`))).toEqual(seen(before));
    expect(await idsOf(eve)).not.toContain(clientId);
  });

  test.each(requests)('looks missing to %s %s, if it is of the workspace', async (method, rest, body) => {
    const path = rest.replace('{secretId}', world.admin.clientSecret.slice(4, 10));
    const reply = await eve.manage(method, `${OWN_APPLICATIONS}/${world.admin.clientId}${path}`, body);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
  });

  test('is not shown by a repeated creation of another user with the same key', async () => {
    const key = { 'idempotency-key': 'the-same-key' };
    const first = await ada.manage('POST', OWN_APPLICATIONS, registration, key);
    const again = await ada.manage('POST', OWN_APPLICATIONS, registration, key);
    const others = await eve.manage('POST', OWN_APPLICATIONS, registration, key);
    const idOf = ({ body }: typeof first) => (body as Credentials).clientId;
    expect([idOf(again), (again.body as Credentials).clientSecret]).toEqual([idOf(first), undefined]);
    expect(others.status).toBe(201);
    expect(idOf(others)).not.toBe(idOf(first));
    expect(others.body).toMatchObject({ ownerUserId: eve.userId });
  });
});

describe('the secrets of an own application', () => {
  test('are rotated with an overlap that its developer ends', async () => {
    const application = await registerOwn(ada);
    const rotated = await ada.manage('POST', `${pathOf(application)}/secrets/rotate`, { graceSeconds: 3_600 });
    expect(rotated).toMatchObject({ status: 201, body: { clientSecret: expect.stringMatching(/^mms_/), version: 2 } });
    const finished = await ada.manage('POST', `${pathOf(application)}/secrets/rotate/finish`);
    expect(finished.body).toMatchObject({ rotationEndsAt: null, secrets: [{ createdBy: ada.userId }] });
  });

  test('cannot be imported: their developer would know them from elsewhere', async () => {
    const path = `${pathOf(await registerOwn(ada))}/secrets`;
    const importedHash = `$2b$10$${'a'.repeat(53)}`;
    expect((await ada.manage('POST', path, { importedHash })).status).toBe(403);
  });

  test('W10: are not given to a developer who holds less at the management API than the application', async () => {
    const application = await registerOwn(ada);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:users'], 'client');
    const weak = await newDeveloper(world, { userId: ada.userId, scope: 'write:my-applications' });
    const reply = await weak.manage('POST', `${pathOf(application)}/secrets/rotate`, { graceSeconds: 0 });
    expect(seen(reply)).toEqual(problem(403, 'forbidden'));
  });
});

describe('an own application that was disabled', () => {
  const disabled = { status: 'disabled' };

  test('is enabled again by its developer, who disabled it', async () => {
    const path = pathOf(await registerOwn(ada));
    await succeed(ada.manage('PATCH', path, disabled));
    await succeed(ada.manage('PATCH', path, disabled));
    expect((await ada.manage('PATCH', path, { status: 'active' })).body).toMatchObject({ status: 'active' });
  });

  test.each([
    ['that is active', []],
    ['that its developer had disabled before', [disabled]],
  ])('W10: stays disabled, if an administrator disabled one %s', async (_which, before) => {
    const application = await registerOwn(ada);
    for (const change of before) await succeed(ada.manage('PATCH', pathOf(application), change));
    await succeed(world.manage('PATCH', `/v1/applications/${application.clientId}`, disabled));
    await succeed(ada.manage('PATCH', pathOf(application), disabled));
    const reply = await ada.manage('PATCH', pathOf(application), { status: 'active' });
    expect(seen(reply)).toEqual(problem(403, 'forbidden', 'status'));
    expect((await ada.manage('GET', pathOf(application))).body).toMatchObject(disabled);
  });
});

describe('how many applications a developer owns', () => {
  test('W11: is never more than the maximum, however many are registered at once', async () => {
    await letDevelopersIn(world, { maxApplications: 3 });
    try {
      const grace = await newDeveloper(world);
      const replies = await Promise.all(race(32, () => grace.manage('POST', OWN_APPLICATIONS, registration)));
      expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 3, 409: 29 });
      const [first = ''] = await idsOf(grace);
      await succeed(grace.manage('DELETE', `${OWN_APPLICATIONS}/${first}`));
      expect((await grace.manage('POST', OWN_APPLICATIONS, registration)).status).toBe(201);
      expect((await idsOf(grace)).length).toBe(3);
      expect((await ada.manage('POST', OWN_APPLICATIONS, registration)).status).toBe(409);
    } finally {
      await letDevelopersIn(world, { maxApplications: 100 });
    }
  });
});

describe('administrators', () => {
  test('see who owns an application, and find all of a developer', async () => {
    const grace = await newDeveloper(world);
    const { clientId } = await registerOwn(grace);
    const { body } = await world.manage('GET', `/v1/applications?limit=100&ownerUserId=${grace.userId}`);
    expect((body as Listed).items).toEqual([expect.objectContaining({ clientId, ownerUserId: grace.userId })]);
  });

  test('delete one, and its developer does not see it any more', async () => {
    const grace = await newDeveloper(world);
    const { clientId } = await registerOwn(grace);
    await succeed(world.manage('DELETE', `/v1/applications/${clientId}`));
    expect(await idsOf(grace)).toEqual([]);
  });
});
