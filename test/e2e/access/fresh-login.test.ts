import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import { isOfSelf, type ManagementRoute, managementRoutes } from '#test/support/ask/tenancy-rule.ts';
import { newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { routeRequests } from '#test/support/route-requests/index.ts';
import { writtenTables } from '#test/support/stored/written-tables.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox }, onReply: assertConforms });
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));

const TEN_MINUTES_SECONDS = 600;

/** Paths of credentials, roles, applications and identities. An address is an identity, and an invitation brings roles. */
const SENSITIVE =
  /\/(?:api-tokens|identity-providers|secrets|keys|federated-credentials|applications|service-users|members|invitations|roles|signing-keys|signing-secrets)(?:\/|$)|^\/v1\/users\/{userId}$/;

const changes = managementRoutes.filter((route) => route.audit !== undefined && !isOfSelf(route));
const sensitive = changes.filter(({ path }) => SENSITIVE.test(path));
const others = changes.filter(({ path }) => !SENSITIVE.test(path));

/** A workspace member who may do everything. */
let memberId: string;
let stale: string;
let fresh: string;
beforeAll(async () => {
  const email = 'grace@example.com';
  await world.bootstrap({ email });
  const { items } = await succeed<{ items: { id: string }[] }>(world.manage('GET', `/v1/users?q=${email}`));
  memberId = items[0]?.id ?? '';
  stale = (await ownAccount(world, { userId: memberId, loggedInSecondsAgo: TEN_MINUTES_SECONDS })).token;
  fresh = (await ownAccount(world, { userId: memberId, loggedInSecondsAgo: TEN_MINUTES_SECONDS - 1 })).token;
});

/** Sends the good request of a route with another token. */
async function send({ name }: ManagementRoute, token: string) {
  const { method, path, headers, body } = await requests[name]();
  world.dynamo.forget();
  const sent = { ...headers, authorization: `Bearer ${token}` };
  return world.send(method, path, { headers: sent, ...(body !== undefined && { body }) });
}

describe.each(sensitive)('S12: $name', (route) => {
  test('needs a login of the last ten minutes, if the token depends on a session', async () => {
    const reply = await send(route, stale);
    expect(seen(reply)).toEqual(problem(401, 'insufficient_user_authentication'));
    expect(reply.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_user_authentication", max_age="600", ${resourceMetadata(world)}`,
    );
    expect(writtenTables(world)).toEqual([]);
  });

  test('is granted after such a login', async () => {
    expect((await send(route, fresh)).status).toBe(route.reply.status);
  });
});

test.each(others)('S12: $name needs no fresh login', async (route) => {
  expect((await send(route, stale)).status).toBe(route.reply.status);
});

test('S12: a token with a session that does not say when the person logged in counts as stale', async () => {
  const claims = { auth_time: undefined };
  const { token } = await ownAccount(world, { userId: memberId, loggedInSecondsAgo: 0, claims });
  const reply = await world.manage('POST', '/v1/applications', { name: 'Night' }, token);
  expect(seen(reply)).toEqual(problem(401, 'insufficient_user_authentication'));
});

test('S12: a token without a session needs no login: machines, and what outlives the session', async () => {
  const { token } = await ownAccount(world, { userId: memberId, claims: { auth_time: 0 } });
  expect((await world.manage('POST', '/v1/applications', { name: 'Night' }, token)).status).toBe(201);
});

describe('a third-party application that acts for a user', () => {
  /** The token of an application of this party for a member who may create the own and the tenant's API tokens. */
  async function tokenBy(party: 'first' | 'third'): Promise<{ token: string; path: string }> {
    const values = ['write:user-tokens', 'read:user-tokens'];
    const permissions = values.map((value) => ({ api: `${world.url}/v1/`, value }));
    const role = { key: `tokens-${party}`, name: 'Tokens', level: 100, permissions };
    const email = `${party}@example.com`;
    const { id: roleId } = await succeed(world.manage('POST', '/v1/roles', role));
    const { id: userId } = await succeed(world.manage('POST', '/v1/users', { email }));
    const path = `/v1/tenants/${acme.tenantId}/members/${userId}`;
    await succeed(world.manage('PUT', path, { roleIds: [roleId] }));
    const application = await newThirdParty(world, SYSTEM_API_ID, { party });
    const terms = { application, email, mailbox, scope: values.join(' '), permissions: values };
    const { access_token: token = '' } = await tokensByCode(world, { ...terms, resource: `${world.url}/v1/` });
    return { token, path: `${path}/api-tokens` };
  }

  test("makes none of the user's personal API tokens, which would outlast the consent, but sees them", async () => {
    const { token, path } = await tokenBy('third');
    const reply = await world.manage('POST', path, { description: 'mine' }, token);
    expect(seen(reply)).toEqual(problem(403, 'forbidden'));
    expect((await world.manage('GET', path, undefined, token)).status).toBe(200);
  });

  test('is refused what a first-party application may do for the same user, in the same way', async () => {
    const { token, path } = await tokenBy('first');
    expect((await world.manage('POST', path, { description: 'mine' }, token)).status).toBe(201);
  });
});
