import { randomBytes } from 'node:crypto';
import { CompactSign, decodeJwt, generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { chooseAlgorithm, keyOf, type MadeSecret, makeSecret, signWithKey } from '#test/support/arrange/hs256-apis.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';

const NOBODY = 'cli_0000000000000000000000';

const world = useWorld({ onReply: assertConforms, adapters: { hs256Apis: () => true } });
const application = prepared(() => createApplication(world));
let secret: MadeSecret;
let token: string;
beforeAll(async () => {
  const { id, identifier } = await registerApi(world, ['read']);
  await grantPermissions(world, application, id, 'all');
  secret = await makeSecret(world, id);
  await succeed(chooseAlgorithm(world, id, 'HS256'));
  token = await world.tokenFor(application, { audience: identifier });
});

async function ask(asked: string) {
  const { status, body } = await world.post('/oauth/introspect', application, { token: asked });
  return [status, (body as { readonly active?: boolean }).active];
}

/** Claims for an audience that is too long for a key of DynamoDB, so a read of it would fail. */
function claims(): JWTPayload {
  const now = world.clock.nowSeconds();
  return { aud: 'x'.repeat(4_000), iss: NOBODY, sub: NOBODY, jti: 'x', iat: now, exp: now + 60 };
}
const sign = async (header: { alg: string; typ: string }) => {
  const key = header.alg === 'HS256' ? randomBytes(32) : (await generateKeyPair(header.alg)).privateKey;
  const payload = Buffer.from(JSON.stringify(claims()));
  return new CompactSign(payload).setProtectedHeader({ kid: NOBODY, ...header }).sign(key);
};

test.each([
  ['as if an API had signed it', { alg: 'HS256', typ: 'at+jwt' }],
  ['as if a service user had', { alg: 'RS256', typ: 'JWT' }],
])(
  'H7, H11: a token for an audience that no API can have, %s, is inactive and spoils no later answer',
  async (_as, header) => {
    const forged = await sign(header);
    expect([await ask(forged), await ask(token)]).toEqual([
      [200, false],
      [200, true],
    ]);
  },
);

test.each([
  ['a client id that is too long for a key of DynamoDB', { client_id: `cli_${'x'.repeat(2_100)}` }, false],
  ['an empty client id', { client_id: '' }, false],
  ['the id of an earlier token, which is too long for a key', { depends_on: ['x'.repeat(2_100)] }, true],
])(
  'Sound 12: a token that an API has signed with its secret is judged although it has %s',
  async (_what, claims, isActive) => {
    const forged = await signWithKey(
      { ...decodeJwt(token), ...claims },
      { alg: 'HS256', kid: secret.kid },
      keyOf(secret),
    );
    expect([await ask(forged), await ask(token)]).toEqual([
      [200, isActive],
      [200, true],
    ]);
  },
);
