import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { createApi, createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { type RawRequest, sendRaw } from '#test/support/ask/raw-http.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, type Credentials, REPORTS } from '#test/support/world/world.ts';

const FORM = 'application/x-www-form-urlencoded';
const GRANT = 'grant_type=client_credentials';
const FORM_ENDPOINTS = ['/oauth/token', '/oauth/introspect', '/oauth/revoke'] as const;

const world = useWorld();
const acme = useAcme(world);

const token = (scope = 'read:reports write:reports') => ({
  status: 200,
  body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600, scope },
});

describe('the method of a request', () => {
  const cases = FORM_ENDPOINTS.flatMap((path) => ['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({ method, path })));

  test.each(cases)('A1: refuses $method $path', async ({ method, path }) => {
    const headers = { authorization: basic(acme.tenantToken) };
    const reply = await world.send(method, `${path}?${GRANT}`, { headers });
    expect(seen(reply)).toEqual(oauthError(405, 'invalid_request'));
    const isForPages = path !== '/oauth/introspect';
    expect(reply.headers.get('allow')).toBe(isForPages ? 'POST, OPTIONS' : 'POST');
  });
});

describe('the content type of a request', () => {
  const form = { '/oauth/token': GRANT, '/oauth/introspect': 'token=x', '/oauth/revoke': 'token=x' };
  const types = [undefined, '', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', `${FORM}x`];
  const refused = FORM_ENDPOINTS.flatMap((path) => types.map((type) => ({ path, type })));

  test.each([...refused, { path: '/oauth/introspect', type: 'application/json' }] as const)(
    'A2: $path refuses the content type $type',
    async ({ path, type }) => {
      const headers = type === undefined ? [] : [['Content-Type', type] as const];
      const reply = await post({ target: path, headers, body: form[path] });
      expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
    },
  );

  test('A2: refuses two content types', async () => {
    const headers = [FORM, 'application/json'].map((type) => ['Content-Type', type] as const);
    const reply = await post({ headers, body: GRANT });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
  });

  test('A2: takes a flat JSON object at the token endpoint', async () => {
    const body = JSON.stringify({ grant_type: 'client_credentials', scope: 'read:reports', audience: REPORTS });
    const reply = await post({ headers: [['content-type', 'application/json; charset=utf-8']], body });
    expect(seen(reply)).toEqual(token('read:reports'));
  });

  test('A2: takes a flat JSON object at the revocation endpoint', async () => {
    const body = JSON.stringify({ token: await world.tokenFor(acme.tenantToken) });
    const reply = await post({ target: '/oauth/revoke', headers: [['content-type', 'application/json']], body });
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '{}' });
  });
});

describe('the parameters of a request', () => {
  test.each([
    ['/oauth/token', `${GRANT}&${GRANT}`],
    ['/oauth/token', `${GRANT}&grant_type=other`],
    ['/oauth/token', `${GRANT}&scope=read:reports&scope=read:reports`],
    ['/oauth/token', `${GRANT}&scope=&scope=read:reports`],
    ['/oauth/token', `${GRANT}&client_id=x&client_id=x`],
    ['/oauth/token', `${GRANT}&client_secret=x&client%5Fsecret=x`],
    ['/oauth/introspect', 'token=x&token=x'],
    ['/oauth/introspect', 'token=x&token_type_hint=access_token&token_type_hint=access_token'],
    ['/oauth/revoke', 'token=x&token=y'],
  ])('A3: %s refuses a parameter sent twice: %s', async (target, body) => {
    expect(seen(await post({ target, body }))).toEqual(oauthError(400, 'invalid_request'));
  });

  test.each(['audience', 'resource'])('A3: takes %s twice, because it may repeat', async (name) => {
    const body = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      [name, REPORTS],
      [name, REPORTS],
    ]);
    expect(seen(await post({ body: body.toString() }))).toEqual(token());
  });

  test.each([
    ['grant_type=', oauthError(400, 'invalid_request')],
    [`${GRANT}&scope=`, token()],
    [`${GRANT}&scope`, token()],
    [`${GRANT}&audience=&resource=`, token()],
    [`${GRANT}&client_id=&client_secret=`, token()],
  ])('A4: an empty value counts as absent: %s', async (body, answer) => {
    expect(seen(await post({ body }))).toEqual(answer);
  });

  test('A5: ignores unknown parameters', async () => {
    const body = `${GRANT}&nonce=1&__proto__=x&constructor=y&subject=usr_1&exp=99999999999&scope=read:reports`;
    expect(seen(await post({ body }))).toEqual(token('read:reports'));
  });

  test('A6: never takes credentials from the query', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const target = `/oauth/token?client_id=${clientId}&client_secret=${clientSecret}`;
    const reply = await sendForm({ target, body: GRANT });
    expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
  });

  test.each([
    ['?grant_type=client_credentials', 'scope=read:reports', oauthError(400, 'invalid_request')],
    ['?scope=read:reports', GRANT, token()],
    ['?scope=read:reports', `${GRANT}&scope=write:reports`, token('write:reports')],
    ['?grant_type=password', GRANT, token()],
    ['?audience=https://other.example', GRANT, token()],
    ['?client_id=cli_other', GRANT, token()],
  ])('A7: ignores the query %s beside the body %s', async (query, body, answer) => {
    expect(seen(await post({ target: `/oauth/token${query}`, body }))).toEqual(answer);
  });

  test.each([
    ['/oauth/token', 'scope=read:reports'],
    ['/oauth/token', ''],
    ['/oauth/introspect', 'token_type_hint=access_token'],
    ['/oauth/revoke', 'token='],
  ])('A8: %s refuses a body without its required parameter: %j', async (target, body) => {
    expect(seen(await post({ target, body }))).toEqual(oauthError(400, 'invalid_request'));
  });

  test.each(['password', 'CLIENT_CREDENTIALS', 'client_credentials ', 'constructor', 'x'])(
    'A9: refuses the grant type %j',
    async (grantType) => {
      const body = new URLSearchParams({ grant_type: grantType }).toString();
      expect(seen(await post({ body }))).toEqual(oauthError(400, 'unsupported_grant_type'));
    },
  );
});

describe('the bytes of a request', () => {
  const malformed = ['%', '%2', '%zz', '%A9', '%C0%AF', '%ED%A0%80', '%00', '%0A', '%0D', 'a%0D%0Ab', '%7F', '%C2%85'];
  const places = [
    ['/oauth/token', `${GRANT}&scope=`],
    ['/oauth/token', 'grant_type='],
    ['/oauth/token', `${GRANT}&audience=`],
    ['/oauth/token', `${GRANT}&client_id=`],
    ['/oauth/token', `${GRANT}&unknown=`],
    ['/oauth/introspect', 'token='],
    ['/oauth/revoke', 'token=x&token_type_hint='],
  ] as const;

  test.each(places)('A11: %s refuses malformed text in %s', async (target, body) => {
    const answers = await Promise.all(malformed.map((text) => post({ target, body: body + text })));
    expect(answers.map(seen)).toEqual(malformed.map(() => oauthError(400, 'invalid_request')));
  });

  test('A11: refuses bytes that are no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from(`${GRANT}&scope=`), Buffer.from([0xff, 0xfe])]);
    expect(seen(await post({ body }))).toEqual(oauthError(400, 'invalid_request'));
  });

  test.each(['"\\ud800"', '"\\u0000"', '"a\\r\\nb"'])('A11: refuses %s in flat JSON', async (text) => {
    const headers = [['content-type', 'application/json']] as const;
    const body = `{"grant_type":"client_credentials","scope":${text}}`;
    expect(seen(await post({ headers, body }))).toEqual(oauthError(400, 'invalid_request'));
  });

  test('A12: reads + as a space and %2B as a plus, in the body', async () => {
    const credentials = await arrangeCompiler();
    const encoded = await post({ body: `${GRANT}&scope=c%2B%2B%3Abuild` }, basic(credentials));
    const bare = await post({ body: `${GRANT}&scope=c++:build` }, basic(credentials));
    expect([encoded, bare].map(seen)).toEqual([token('c++:build'), oauthError(400, 'invalid_scope')]);
  });

  test.each([
    ['a body over 64 KiB', `${GRANT}&x=${'y'.repeat(65_536)}`, 413],
    ['a body of 9 MB', `${GRANT}&x=${'y'.repeat(9_000_000)}`, 413],
    ['more than 1,000 pairs', `${GRANT}${Array.from({ length: 1_000 }, (_, index) => `&p${index}=x`).join('')}`, 400],
    ['a value of 8 KiB', `${GRANT}&scope=${'y'.repeat(8_192)}`, 400],
  ] as const)('A13: refuses %s', async (_size, body, status) => {
    expect(seen(await post({ body }))).toEqual(oauthError(status, 'invalid_request'));
  });
});

describe('the JSON body of a request', () => {
  test.each([
    ['/oauth/token', '{"grant_type":"client_credentials","grant_type":"client_credentials"}'],
    ['/oauth/token', '{"grant_type":"client_credentials","__proto__":{"isAdmin":true}}'],
    ['/oauth/token', '{"grant_type":["client_credentials"]}'],
    ['/oauth/token', '{"grant_type":"client_credentials","scope":1}'],
    ['/oauth/token', '["client_credentials"]'],
    ['/oauth/revoke', '{"token":"x","token":"x"}'],
    ['/oauth/revoke', '{"token":null}'],
  ])('A17: %s refuses %s', async (target, body) => {
    const reply = await post({ target, headers: [['content-type', 'application/json']], body });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
    expect({}).not.toHaveProperty('isAdmin');
  });

  test.each([
    ['/v1/tenants', '{"name":"a","name":"b"}', undefined],
    ['/v1/tenants', '{"name":"a","__proto__":{"status":"deleted"}}', undefined],
    ['/v1/tenants', '{"name":["a"]}', 'name'],
    ['/v1/tenants', '{"name":1}', 'name'],
    ['/v1/roles', '{"key":"a","name":"a","level":"1","permissions":[]}', 'level'],
    ['/v1/roles', '{"key":"a","name":"a","level":1,"permissions":{}}', 'permissions'],
    ['/v1/apis', '{"identifier":"urn:a","name":"a","tokenLifetimeSeconds":"60"}', 'tokenLifetimeSeconds'],
  ])('A17: POST %s refuses %s', async (path, body, field) => {
    const headers = {
      authorization: `Bearer ${await world.tokenFor(world.admin)}`,
      'content-type': 'application/json',
    };
    expect(seen(await world.send('POST', path, { headers, body }))).toEqual(problem(400, 'invalid_request', field));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('A18: stores nothing that a creation may not say', async () => {
    world.dynamo.forget();
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const foreign = {
      tenantId: 'canary-1',
      createdBy: 'canary-2',
      clientId: 'canary-3',
      id: 'canary-4',
      userId: 'canary-5',
    };
    const internal = { hash: 'canary-6', secrets: [{ hash: 'canary-7' }], subject: { type: 'canary-8' }, version: 9 };
    const said: string[] = [];
    for (const [name, value] of Object.entries({ ...foreign, ...internal, roles: ['canary-9'] })) {
      const reply = await world.manage('POST', path, { description: 'x', [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
      said.push(reply.text);
    }
    expect([...said, ...world.dynamo.bodies].filter((text) => text.includes('canary'))).toEqual([]);
  });
});

test.each([
  ['numbers that are very small or very large', { small: 5e-324, large: 1.7e308, largestInteger: 2 ** 53 - 1 }],
  ['empty names and values', { '': { '': ['', null, {}, []] } }],
  ['names of the language', { constructor: 'x', toString: 1, length: 0 }],
  ['many levels', Array.from({ length: 28 }).reduce((inner: object) => ({ inner }), {})],
])('A11: keeps metadata with %s as it came', async (_what, metadata) => {
  const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
  const created = await world.manage('POST', path, { description: 'x', metadata });
  const { clientId } = created.body as { clientId: string };
  const read = await world.manage('GET', `${path}/${clientId}`);
  expect([created, read]).toMatchObject([{ status: 201 }, { status: 200 }]);
  expect([created, read].map(({ body }) => (body as { metadata: unknown }).metadata)).toEqual([metadata, metadata]);
});

/** A form post with the given Authorization or the tenant token; its own headers come first. */
function post(request: Partial<RawRequest>, authorization = basic(acme.tenantToken)) {
  return sendForm({
    ...request,
    headers: [...(request.headers ?? [['content-type', FORM]]), ['authorization', authorization]],
  });
}

function sendForm({ target = '/oauth/token', headers = [['content-type', FORM]], ...request }: Partial<RawRequest>) {
  return sendRaw(world.url, { target, headers, ...request });
}

/** A client whose only permission has pluses in its name. */
async function arrangeCompiler(): Promise<Credentials> {
  const permission = { api: 'https://api.example.com/compiler', value: 'c++:build' };
  await createApi(world, permission.api, [permission.value]);
  return createApiToken(world, acme.tenantId, { roleIds: [await createRole(world, [permission])] });
}
