import { decodeJwt, type JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { arrangeSecretApi, keyOf, type SecretApi, signWithKey } from '#test/support/arrange/hs256-apis.ts';
import { createService, exchangeToken } from '#test/support/arrange/token-exchange.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ adapters: { hs256Apis: () => true } });
const acme = useAcme(world);
const application = prepared(() => createApplication(world));

const arrangeApi = () => arrangeSecretApi(world, application);
const issue = ({ identifier }: RegisteredApi) => world.tokenFor(application, { audience: identifier });
/** A token for an API with keys, at which the application may read from now on. */
async function issueFor(api: RegisteredApi): Promise<string> {
  await grantPermissions(world, application, api.id, 'all');
  return issue(api);
}
const isActive = (token: string, asker = application) => isTokenActive(world, token, asker);

describe('I1, J4: a holder of the secret of an API', () => {
  test('cannot trade a token that it signs for tokens of other APIs', async () => {
    const [api, other] = [await arrangeApi(), await registerApi(world, ['read'])];
    await grantPermissions(world, application, other.id, 'all');
    const service = await createService(world, [api.id, other.id], ['read']);
    const forged = await signWithKey(decodeJwt(await issue(api)), { alg: 'HS256', kid: api.kid }, keyOf(api));
    const trade = { audience: other.identifier };
    expect(await isActive(forged)).toBe(true);
    expect(seen(await exchangeToken(world, service, forged, trade))).toEqual(oauthError(400, 'invalid_request'));
    const token = await issue(other);
    expect((await exchangeToken(world, service, token, trade)).status).toBe(200);
    const actor = { ...trade, actor_token: forged, actor_token_type: 'urn:ietf:params:oauth:token-type:jwt' };
    expect(seen(await exchangeToken(world, service, token, actor))).toEqual(oauthError(400, 'invalid_request'));
  });

  const forge = (api: SecretApi, genuine: string, changed: JWTPayload) =>
    signWithKey({ ...decodeJwt(genuine), ...changed }, { alg: 'HS256', kid: api.kid }, keyOf(api));
  const revoke = (token: string) => world.post('/oauth/revoke', application, { token });
  const marks = async () =>
    (await itemsOf('tokens')).flatMap(({ key }) => (String(key).startsWith('revoked#') ? [key] : []));

  test.each<[string, () => Promise<string>]>([
    ['of its own client, for an API with keys', async () => issueFor(await registerApi(world, ['read']))],
    ['of its own client, for another API with a secret', async () => issue(await arrangeApi())],
    ['of another client', () => world.tokenFor(acme.tenantToken)],
    ['of the administrator', () => world.tokenFor(world.admin)],
  ])('cannot revoke a token %s whose id it knows', async (_whose, obtain) => {
    const [api, victim] = [await arrangeApi(), await obtain()];
    const { jti = '' } = decodeJwt(victim);
    const before = await marks();
    const forged = await forge(api, await issue(api), { jti });
    const within = await forge(api, await issue(api), { jti: `${api.id}/${jti.split('/').at(-1)}` });
    const replies = [await revoke(forged), await revoke(within)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect([
      await isActive(forged),
      (await world.post('/oauth/introspect', world.admin, { token: victim })).body,
    ]).toEqual([false, expect.objectContaining({ active: true })]);
    expect((await marks()).filter((key) => !before.includes(key))).toEqual([
      expect.stringContaining(`revoked#${api.id}/`),
    ]);
  });

  test('cannot revoke a family of refresh tokens, or a JWT that a service user signed itself', async () => {
    const api = await arrangeApi();
    const before = await marks();
    for (const jti of [
      'fam_0000000000000000000000',
      'cli_0000000000000000000000/1',
      `${api.id}/fam_0`,
      'x'.repeat(3_000),
    ]) {
      const forged = await forge(api, await issue(api), { jti });
      expect([(await revoke(forged)).status, await isActive(forged)]).toEqual([200, false]);
    }
    expect(await marks()).toEqual(before);
  });

  test('cannot shorten the time for which a revocation is remembered', async () => {
    const api = await arrangeApi();
    const token = await issue(api);
    const { jti, exp = 0 } = decodeJwt(token);
    const forged = await forge(api, token, { exp: exp - 600 });
    const mark = async () => (await itemsOf('tokens')).filter(({ key }) => key === `revoked#${jti}`);
    await revoke(token);
    const before = await mark();
    const { status } = await revoke(forged);
    expect([before.length, status, await mark()]).toEqual([1, 200, before]);
  });
});
