import { expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import { useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';

const world = useWorld();

const ask = (authorization: string | undefined, path = '/v1/tenants') =>
  world.send('GET', path, authorization === undefined ? {} : { headers: { authorization } });
const answer = async (reply: ReturnType<typeof ask>) => {
  const { status, headers, body } = await reply;
  const challenge = headers.get('www-authenticate')?.replace(resourceMetadata(world), '(metadata)');
  return [status, challenge, (body as { code?: string }).code];
};

test('P1: the management API tells a request without credentials only how to send them', async () => {
  expect(await answer(ask(undefined))).toEqual([401, 'Bearer (metadata)', 'unauthenticated']);
});

test('P2: two ways of sending a token are refused', async () => {
  const token = await world.tokenFor(world.admin);
  const path = `/v1/tenants?access_token=${token}`;
  expect(await answer(ask(`Bearer ${token}`, path))).toEqual([400, undefined, 'invalid_request']);
});

test('P2: a token beside the credentials of a client is refused, though each alone is accepted', async () => {
  const { clientId: client_id, clientSecret: client_secret } = world.admin;
  const token = await world.tokenFor(world.admin);
  const introspect = (more: Record<string, string>) =>
    world.send('POST', '/oauth/introspect', {
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ token, ...more }),
    });
  for (const more of [{ client_id, client_secret }, { client_secret }, { client_assertion: 'x' }]) {
    expect(seen(await introspect(more))).toEqual(oauthError(400, 'invalid_request'));
  }
  expect((await introspect({ client_id })).status).toBe(200);
});

test('P5: the management API does not look for a token in the query', async () => {
  const path = `/v1/tenants?access_token=${await world.tokenFor(world.admin)}`;
  expect(await answer(ask(undefined, path))).toEqual([401, 'Bearer (metadata)', 'unauthenticated']);
});

test.each(['bearer', 'BEARER', 'bEaReR  '])('P6: the management API takes the scheme written %j', async (scheme) => {
  expect((await ask(`${scheme} ${await world.tokenFor(world.admin)}`)).status).toBe(200);
});

test.each([
  ['Bearer', 'Bearer error="invalid_token", (metadata)', 'invalid_token'],
  ['Bearer a b', 'Bearer error="invalid_token", (metadata)', 'invalid_token'],
  ['Bearer a, Bearer b', 'Bearer error="invalid_token", (metadata)', 'invalid_token'],
  ['Bearer tok\xe9n', 'Bearer error="invalid_token", (metadata)', 'invalid_token'],
  ['Basic YTpi', 'Bearer (metadata)', 'unauthenticated'],
  ['Token abc', 'Bearer (metadata)', 'unauthenticated'],
])('P3, P6: the management API refuses %j', async (authorization, challenge, code) => {
  expect(await answer(ask(authorization))).toEqual([401, challenge, code]);
});

test(`P3: the management API refuses a token for ${REPORTS}`, async () => {
  const { tenantToken } = await arrangeAcme(world);
  const refused = [401, 'Bearer error="invalid_token", (metadata)', 'invalid_token'];
  expect(await answer(ask(`Bearer ${await world.tokenFor(tenantToken)}`))).toEqual(refused);
});

test('P4: the management API names the permission that a token lacks', async () => {
  const token = await world.tokenFor(world.admin, { scope: 'read:users' });
  const challenge = 'Bearer error="insufficient_scope", scope="read:tenants"';
  expect(await answer(ask(`Bearer ${token}`))).toEqual([403, challenge, 'insufficient_scope']);
});
