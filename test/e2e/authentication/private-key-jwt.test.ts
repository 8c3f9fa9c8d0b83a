import { beforeAll, describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import {
  CLIENT_ASSERTION_TYPE,
  clientAssertion,
  createServiceUserKey,
  exchangeAssertion,
  JWT_BEARER,
  type KeyFile,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let key: KeyFile;
let other: KeyFile;
beforeAll(async () => {
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  [key, other] = [await createServiceUserKey(world, path), await createServiceUserKey(world, path)];
});

const exchange = async (parameters: Record<string, string> = {}) =>
  exchangeAssertion(world, await signAssertion(world, key), parameters);
const endpoints = [
  ['/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }],
  ['/oauth/introspect', { token: 'x' }],
  ['/oauth/revoke', { token: 'x' }],
] as const;

describe('client authentication by key', () => {
  test.each(endpoints)('B25: is taken at %s, with or without the client_id', async (path, parameters) => {
    for (const more of [{}, { client_id: key.kid }]) {
      const members = await clientAssertion(world, key);
      expect((await world.post(path, undefined, { ...parameters, ...members, ...more })).status).toBe(200);
    }
  });

  test('D2: is about the client, although a grant may be about the service user', async () => {
    const { principalId } = key;
    const members = await clientAssertion(world, key, { claims: { iss: principalId, sub: principalId } });
    const reply = await world.post('/oauth/token', undefined, { grant_type: 'client_credentials', ...members });
    expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
  });

  test.each([
    ['no type', { client_assertion_type: '' }],
    ['the type of SAML', { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }],
    ['the type in capitals', { client_assertion_type: CLIENT_ASSERTION_TYPE.toUpperCase() }],
    ['B7: a secret', { client_secret: 'secret' }],
  ])('D1: is refused as malformed with %s', async (_what, change) => {
    for (const [path, parameters] of endpoints) {
      const members = { ...(await clientAssertion(world, key)), ...change };
      expect(seen(await world.post(path, undefined, { ...parameters, ...members }))).toEqual(
        oauthError(400, 'invalid_request'),
      );
    }
  });

  test('B9: is refused beside another client_id', async () => {
    for (const [path, parameters] of endpoints) {
      const members = { ...(await clientAssertion(world, key)), client_id: other.kid };
      expect(seen(await world.post(path, undefined, { ...parameters, ...members }))).toEqual(
        oauthError(401, 'invalid_client'),
      );
    }
    expect(seen(await exchange({ client_id: other.kid }))).toEqual(oauthError(400, 'invalid_grant'));
  });

  test('is not replaced by an assertion that is sent as a grant', async () => {
    const parameters = { grant_type: JWT_BEARER, assertion: await signAssertion(world, key), token: 'x' };
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      expect(seen(await world.post(path, undefined, parameters))).toEqual(oauthError(401, 'invalid_client'));
    }
  });
});

describe('B7: a grant by assertion', () => {
  const authorization = () => ({ headers: { authorization: basic(acme.tenantToken) } });
  const send = (parameters: Record<string, string>, init: { headers?: Record<string, string> } = {}) =>
    world.send('POST', '/oauth/token', {
      ...init,
      body: new URLSearchParams({ grant_type: JWT_BEARER, ...parameters }),
    });
  const secret = () => ({ client_id: acme.tenantToken.clientId, client_secret: acme.tenantToken.clientSecret });

  test('comes alone: not beside a secret or a second assertion', async () => {
    const assertion = await signAssertion(world, key);
    const replies = [
      await send({ assertion }, authorization()),
      await send({ assertion, ...secret() }),
      await send({ assertion, ...(await clientAssertion(world, key)) }),
    ];
    expect(replies.map(seen)).toEqual(replies.map(() => oauthError(400, 'invalid_request')));
    expect(scopeOrRefusal(await send({ assertion }))).toBe('read:reports');
  });

  test('takes an assertion', async () => {
    const replies = [await send({}), await send({ assertion: '' }), await send({}, authorization())];
    expect(replies.map(seen)).toEqual(replies.map(() => oauthError(400, 'invalid_request')));
  });
});
