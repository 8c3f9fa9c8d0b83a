import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type TableName, tableSchemas } from '#infra/constructs/table-schemas.ts';
import { allowRefreshTokens, beginFamily, granted, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { CREDENTIAL, shownOnceIn, withoutShownOnce } from '#test/support/ask/shown-once.ts';
import { CANARY, canary, plantEverywhere } from '#test/support/clients/planted-secrets.ts';
import {
  CLIENT_ASSERTION_TYPE,
  createServiceUserKey,
  JWT_BEARER,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { encodingsOf } from '#test/support/forge/encodings-of-secrets.ts';
import {
  type Operation,
  type RouteRequest,
  type RouteRequests,
  routeRequests,
} from '#test/support/route-requests/index.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { type Acme, arrangeAcme, basic, type Credentials, startWorld, type World } from '#test/support/world/world.ts';

const output = captureOutput();

/** All texts that only their owner may see, collected when the product hands them out or receives them. */
const secrets = new Set<string>([CANARY]);
const errors: string[] = [];
const successes: string[] = [];
let stored = '';
let wire = '';
let world: World;
let acme: Acme;

beforeAll(async () => {
  world = await startWorld();
  acme = await arrangeAcme(world);
  const requests = await routeRequests(world, acme);
  for (const credentials of [world.admin, acme.tenantToken, acme.personalToken]) keepCredentials(credentials);
  await succeedEverywhere(requests);
  await misuseSecrets();
  await misuseKeys();
  await useRefreshTokens();
  await failEverywhere(requests);
  const items = await Promise.all((Object.keys(tableSchemas) as TableName[]).map(itemsOf));
  stored = JSON.stringify(items);
  world.clock.advance(120);
  await world.run('publish-events');
  wire = [...world.dynamo.bodies, ...world.kms.bodies].join('\n');
});
afterAll(() => world.close());

function keepCredentials(credentials: Credentials): void {
  secrets.add(credentials.clientSecret).add(basic(credentials).slice('Basic '.length));
}

/** Keeps a private key in both its forms: the private member of its JWK, and the first line of its PEM. */
function keepPrivateKey(pem: string): void {
  const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
  secrets.add(d).add(pem.split('\n')[1] ?? '');
}

/** Keeps a refresh token, and its secret part alone. Its beginning only names the family. */
function keepRefreshToken(token: string): void {
  secrets.add(token).add(token.slice('mmr_'.length + 22));
}

async function send({ method, path, ...init }: RouteRequest): Promise<void> {
  const bearer = /^Bearer (?<token>.+)$/.exec(init.headers.authorization ?? '')?.groups?.token;
  if (bearer?.startsWith('eyJ')) secrets.add(bearer);
  const { status, text, body } = await world.send(method, path, init);
  (status >= 400 ? errors : successes).push(text);
  for (const credential of shownOnceIn(body)) keep(credential);
  const { clientId, clientSecret } = (body ?? {}) as Partial<Credentials>;
  if (clientId !== undefined && clientSecret !== undefined) keepCredentials({ clientId, clientSecret });
}

/** Keeps a credential that an answer showed. Its form says which part of it is secret. */
function keep(credential: string): void {
  if (credential.startsWith('-----BEGIN')) keepPrivateKey(credential);
  else if (credential.startsWith('mmr_')) keepRefreshToken(credential);
  else secrets.add(credential);
}

/** Sends the good request of each route twice, and again with secrets in each place where the product expects none. */
async function succeedEverywhere(requests: RouteRequests): Promise<void> {
  for (const prepare of Object.values(requests)) {
    const request = await prepare();
    const once = { ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } };
    for (const sent of [once, once]) await send(sent);
    await Promise.all(plantEverywhere(request).map(send));
  }
  const token = await world.tokenFor(acme.tenantToken);
  for (const path of ['/reports', '/rest/reports']) {
    await send({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } });
  }
}

/** Secrets where they do not belong, and secrets that are wrong. */
async function misuseSecrets(): Promise<void> {
  const form = (path: string, headers: Record<string, string>, parameters: Record<string, string>) =>
    send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(parameters).toString(),
    });
  const clientId = acme.tenantToken.clientId;
  const grant = { grant_type: 'client_credentials' };
  const genuine = acme.tenantToken.clientSecret;
  for (const path of ['/oauth/token', '/oauth/introspect', '/oauth/revoke']) {
    const more = { ...grant, token: canary() };
    await form(path, {}, { ...more, client_id: clientId, client_secret: canary() });
    await form(path, {}, { ...more, client_id: clientId, client_secret: `${genuine.slice(0, -1)}!` });
    await form(path, {}, { ...more, client_id: genuine, client_secret: genuine });
    await form(path, {}, { ...more, client_id: clientId, client_assertion: canary() });
    await form(path, {}, { ...more, client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: canary() });
    await form(path, {}, { ...more, grant_type: JWT_BEARER, assertion: canary() });
    await form(path, { authorization: basic({ clientId, clientSecret: canary() }) }, more);
    await form(path, { authorization: `Bearer ${canary()}` }, more);
    await form(path, { authorization: canary() }, more);
    await form(path, { cookie: `session=${canary()}`, 'x-api-key': canary(), dpop: canary() }, more);
    await form(`${path}?client_secret=${canary()}&access_token=${canary()}`, {}, more);
    await form(path, { authorization: basic(acme.tenantToken) }, { ...more, scope: canary(), code: canary() });
  }
  await send({
    method: 'POST',
    path: '/oauth/token',
    headers: { 'content-type': 'application/json' },
    body: `{"client_secret":"${canary()}",`,
  });
  for (const path of ['/v1/tenants', '/reports', '/rest/reports']) {
    for (const authorization of [`Bearer ${canary()}`, basic(acme.tenantToken), `bearer ${canary()} ${canary()}`]) {
      await send({ method: 'GET', path: `${path}?access_token=${canary()}`, headers: { authorization } });
    }
  }
  const authorization = `Bearer ${await world.tokenFor(world.admin)}`;
  const json = { authorization, 'content-type': 'application/json' };
  const ids = [`/v1/tenants/${genuine}`, `/v1/tenants/${acme.tenantId}/api-tokens/${clientId}/secrets/${genuine}`];
  for (const path of ids) await send({ method: 'DELETE', path, headers: { authorization } });
  for (const body of [{ name: [canary()] }, { name: `${canary()}\n` }, { id: canary(), name: 1 }, canary()]) {
    await send({ method: 'POST', path: '/v1/tenants', headers: json, body: JSON.stringify(body) });
  }
}

/** Sends private keys where public keys belong, and texts that a key has signed. */
async function misuseKeys(): Promise<void> {
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  const headers = {
    authorization: `Bearer ${await world.tokenFor(world.admin)}`,
    'content-type': 'application/json',
  };
  for (const publicKey of [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', d: canary() }, { kty: 'oct', k: canary() }, canary()]) {
    const body = JSON.stringify({ title: 'misused', publicKey });
    await send({ method: 'POST', path: `${path}/keys`, headers, body });
  }
  const key = await createServiceUserKey(world, path);
  keepPrivateKey(key.privateKey);
  const assertion = await signAssertion(world, key);
  secrets.add(assertion);
  const body = new URLSearchParams({ grant_type: JWT_BEARER, assertion }).toString();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const sent of [body, body]) await send({ method: 'POST', path: '/oauth/token', headers: form, body: sent });
}

/** A family from its beginning to a replay. */
async function useRefreshTokens(): Promise<void> {
  await allowRefreshTokens(world, acme);
  const family = await beginFamily(world, acme.tenantToken);
  keepRefreshToken(family.refresh_token);
  const next = granted(await refresh(world, acme.tenantToken, family.refresh_token));
  keepRefreshToken(next.refresh_token);
  const headers = { authorization: basic(acme.tenantToken), 'content-type': 'application/x-www-form-urlencoded' };
  for (const token of [next.refresh_token, family.refresh_token, canary()]) {
    const form = { grant_type: 'refresh_token', refresh_token: token, token };
    const body = new URLSearchParams(form).toString();
    for (const path of ['token', 'introspect']) await send({ method: 'POST', path: `/oauth/${path}`, headers, body });
  }
}

const faults: readonly Fault[] = [{ kind: 'error', name: 'ValidationException' }, { kind: 'reset' }];

/** The AWS SDK's errors quote requests and answers; these quotations must not reach the log. */
async function failEverywhere(requests: RouteRequests): Promise<void> {
  const calls = [
    ...['BatchGetItem', 'PutItem', 'DeleteItem', 'Query'].map((operation) => [world.dynamo, operation] as const),
    [world.kms, 'Sign'] as const,
  ];
  const operations: readonly Operation[] = [
    'token',
    'introspect',
    'revoke',
    'createTenantApiToken',
    'deleteTenantApiToken',
    'listTenantApiTokens',
  ];
  for (const [engine, called] of calls) {
    for (const fault of faults) {
      const prepared = await Promise.all(operations.map((operation) => requests[operation]()));
      const token = await world.tokenFor(acme.tenantToken);
      const reports = { method: 'GET', path: '/rest/reports', headers: { authorization: `Bearer ${token}` } };
      const failCalled = (operation: string) => (operation === called ? fault : undefined);
      await whileFailing(engine, failCalled, async () => {
        for (const request of [...prepared, reports]) await send(request);
      });
    }
  }
}

/** The secrets that a text holds in any spelling; of tokens also the signature alone, which is what makes them tokens. */
function foundIn(text: string): readonly string[] {
  const signatures = [...secrets].flatMap((secret) =>
    secret.startsWith('eyJ') ? [secret.split('.')[2] ?? secret] : [],
  );
  const sought = [...secrets, ...signatures];
  return sought.filter((secret) => encodingsOf(secret).some((spelling) => text.includes(spelling)));
}

describe('the search itself', () => {
  test('has enough to look for, and enough to look through', () => {
    expect(secrets.size).toBeGreaterThan(100);
    expect(output.lines().length).toBeGreaterThan(100);
    expect(errors.length).toBeGreaterThan(70);
    expect([stored.length > 50_000, wire.length > 100_000]).toEqual([true, true]);
  });

  test.each([
    ['as it is', (secret: string) => secret],
    ['in JSON', (secret: string) => JSON.stringify({ secret })],
    ['in Basic credentials', (secret: string) => Buffer.from(`ab:${secret}!`).toString('base64')],
    ['in base64url one byte on', (secret: string) => Buffer.from(`a${secret}bc`).toString('base64url')],
    ['in hex', (secret: string) => Buffer.from(secret).toString('hex')],
    [
      'in percent escapes',
      (secret: string) => [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
    ],
  ])('finds a secret %s', (_name, spell) => {
    const [secret = ''] = secrets;
    expect(foundIn(`before ${spell(secret)} after`)).toContain(secret);
  });

  test('finds nothing in a text without a secret', () => {
    expect(foundIn(createHash('sha256').update('x').digest('hex').repeat(1_000))).toEqual([]);
  });
});

describe('no secret, token or Authorization header is', () => {
  test('U1, H16: in what the functions and the gateway print', () => {
    expect(foundIn(output.text())).toEqual([]);
  });

  test('B21, Q5: in any table', () => {
    expect(foundIn(stored)).toEqual([]);
  });

  test('Q4: in anything that DynamoDB or KMS is sent', () => {
    expect(foundIn(wire)).toEqual([]);
  });

  test('INV6: in any event that other systems hear of', () => {
    expect(world.events.length).toBeGreaterThan(100);
    expect(foundIn(JSON.stringify(world.events))).toEqual([]);
  });

  test('A14, U6: in any error that callers see', () => {
    expect(foundIn(errors.join('\n'))).toEqual([]);
  });

  test('B21: in any success, except in a member that is marked as shown once', () => {
    const texts = successes.map(withoutShownOnce);
    expect(texts.length).toBeGreaterThan(100);
    expect(foundIn(texts.join('\n'))).toEqual([]);
  });

  test('B21: in any answer without the mark, even if this test does not know it: credentials of Mintmark have a form', () => {
    const unmarked = successes.map(withoutShownOnce).join('\n').match(CREDENTIAL) ?? [];
    expect(unmarked).toEqual([]);
    expect(successes.join('\n').match(CREDENTIAL)?.length).toBeGreaterThan(20);
  });
});

test('U6: the log has the name and the place of the innermost failure, never its message', () => {
  const causes = output.lines().flatMap(({ cause = [] }) => cause as readonly Record<string, unknown>[]);
  expect(new Set(causes.flatMap((cause) => Object.keys(cause)))).toEqual(new Set(['name', 'at']));
  expect(causes.map(({ name }) => name)).toContain('ValidationException');
});
