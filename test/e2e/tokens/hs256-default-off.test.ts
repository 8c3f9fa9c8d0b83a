import { CompactSign, decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

describe('DEC1, F16: a deployment that says nothing about HS256', () => {
  const path = () => `/v1/apis/${acme.apiId}`;
  const makeSecret = async () =>
    (await world.manage('POST', `${path()}/signing-secrets`, {})).body as { kid: string; signingSecret: string };

  test('signs no tokens with it, whether or not there is a secret', async () => {
    const choose = async () => seen(await world.manage('PATCH', path(), { signingAlgorithm: 'HS256' }));
    const before = await choose();
    await makeSecret();
    const refused = problem(400, 'invalid_request', 'signingAlgorithm');
    expect([before, await choose()]).toEqual([refused, refused]);
    const register = await world.manage('POST', '/v1/apis', {
      identifier: 'https://api.example.com/hs256',
      name: 'HS256',
      signingAlgorithm: 'HS256',
    });
    expect(seen(register)).toEqual(refused);
  });

  test('accepts no token that a signing secret has signed', async () => {
    const { kid, signingSecret } = await makeSecret();
    const claims = decodeJwt(await world.tokenFor(acme.tenantToken));
    const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
      .sign(Buffer.from(signingSecret, 'base64url'));
    const { text } = await world.post('/oauth/introspect', acme.tenantToken, { token });
    const manager = await world.manage('GET', '/v1/tenants', undefined, token);
    expect([text, manager.status]).toEqual(['{"active":false}', 401]);
  });

  test('L4: speaks of it nowhere', async () => {
    const documents = ['oauth-authorization-server', 'openid-configuration', 'jwks.json'];
    const texts = await Promise.all(
      documents.map(async (name) => (await world.send('GET', `/.well-known/${name}`)).text),
    );
    expect(texts.filter((text) => /"HS256"|"oct"/.test(text))).toEqual([]);
  });
});
