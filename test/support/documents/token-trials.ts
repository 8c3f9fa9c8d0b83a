import { handler as mintmarkAuthorizer } from '#functions/authorizer.ts';
import type { GatewayRoute } from '#infra/local/gateway/configuration.ts';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { apiGuard, type ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import { settingsOf } from '../arrange/settings.ts';
import { openForge } from '../forge/forge.ts';
import type { Credentials } from '../world/deployment.ts';
import type { Acme, World } from '../world/world.ts';
import type { NamedTokens } from './program-trials.ts';

/** Signed types of Mintmark that are no access tokens, and types of others. */
const OTHER_TYPES = [
  undefined,
  'JWT',
  'mintmark-token+jwt',
  'token-introspection+jwt',
  'statuslist+jwt',
  'jwk-set+jwt',
];

/** The tokens that programs on pages are tried with. The signature of each is right. */
export interface TrialTokens {
  /** Tokens and documents that Mintmark signs, and changed tokens that show one wrong claim. */
  readonly issued: NamedTokens;
  /** Access tokens in which only the header `typ` is wrong. */
  readonly ofOtherTypes: NamedTokens;
}

/** Makes an API with a status list the audience of tokens, and issues one token of each name. */
export async function issueTrialTokens(world: World, acme: Acme): Promise<TrialTokens> {
  await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true });
  // The programs have the machine's clock, which goes on while they run. A list must stay valid all that time.
  await world.manage('PATCH', '/v1/settings', { statusLists: { ttlSeconds: 300 } });
  const tokens = `/v1/tenants/${acme.tenantId}/api-tokens`;
  const make = async (wish: object) => {
    const { body } = await world.manage('POST', tokens, {
      description: 'of a trial',
      roleIds: [acme.readerRoleId],
      ...wish,
    });
    return body as Credentials & { readonly accessToken: string };
  };
  const [longLived, deletedLongLived] = [await make({ kind: 'access_token' }), await make({ kind: 'access_token' })];
  const deletedClient = await make({});
  const ofDeletedClient = await world.tokenFor(deletedClient);
  for (const { clientId } of [deletedLongLived, deletedClient]) await world.manage('DELETE', `${tokens}/${clientId}`);
  const [valid, revoked] = [await world.tokenFor(acme.tenantToken), await world.tokenFor(acme.tenantToken)];
  await world.post('/oauth/revoke', acme.tenantToken, { token: revoked });
  const forge = openForge(valid);
  const now = world.clock.nowSeconds();
  const { uri } = (forge.claims.status as { readonly status_list: { readonly uri: string } }).status_list;
  const typed = OTHER_TYPES.map(async (typ) => [`of the type ${typ}`, await forge.vary({ header: { typ } })] as const);
  const issued = {
    valid,
    revoked,
    'of a deleted client': ofDeletedClient,
    'long-lived': longLived.accessToken,
    'long-lived and deleted': deletedLongLived.accessToken,
    expired: await forge.vary({ claims: { iat: now - 7_200, nbf: now - 7_200, exp: now - 3_600 } }),
    'for another API': await forge.vary({ claims: { aud: 'https://api.example.com/others' } }),
    'of another issuer': await forge.vary({ claims: { iss: 'https://auth.example.com' } }),
    'the signed keys': (await world.send('GET', '/.well-known/jwks.jws')).text,
    'a signed introspection': await signedIntrospection(world, acme, valid),
    'a status list': await (await fetch(uri)).text(),
  };
  const ofOtherTypes = Object.fromEntries(await Promise.all(typed));
  forge.close();
  return { issued, ofOtherTypes };
}

async function signedIntrospection(world: World, { tenantToken }: Acme, token: string): Promise<string> {
  const { clientId: client_id, clientSecret: client_secret } = tenantToken;
  const body = new URLSearchParams({ client_id, client_secret, token });
  const headers = { accept: 'application/token-introspection+jwt' };
  return (await world.send('POST', '/oauth/introspect', { headers, body })).text;
}

/** The names of the tokens that open a route of API Gateway behind this authorizer. */
export async function acceptedByGateway(
  world: World,
  guard: Pick<GatewayRoute, 'path' | 'authorizer' | 'authorizationScopes'>,
  tokens: NamedTokens,
): Promise<readonly string[]> {
  const gateway = await startGateway({
    httpRoutes: [{ method: 'GET', handler: () => ({ statusCode: 200, body: '{}' }), ...guard }],
    nowMilliseconds: () => world.clock.nowSeconds() * 1_000,
    onHandlerError: () => undefined,
  });
  const accepted = await acceptedByApi(gateway.url + guard.path, tokens);
  await gateway.close();
  return accepted;
}

/** Mintmark's authorizer with these rules, as a Lambda behind API Gateway. */
export function authorizerWith(world: World, rules: ProtectedApi): Required<Pick<GatewayRoute, 'authorizer'>> {
  const handler = mintmarkAuthorizer.with({
    environment: () => settingsOf(world),
    protectedApi: () => apiGuard(rules),
    clock: () => world.clock,
  });
  return { authorizer: { handler, resultTtlSeconds: 0, identitySources: ['$request.header.Authorization'] } };
}

/** The names of the tokens with which an API answers 200. */
export async function acceptedByApi(url: string, tokens: NamedTokens): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (const [name, token] of Object.entries(tokens)) {
    const { status } = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (status === 200) accepted.push(name);
  }
  return accepted;
}
