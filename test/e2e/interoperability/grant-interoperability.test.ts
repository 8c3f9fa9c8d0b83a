import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { allowRefreshTokens } from '#test/support/arrange/refresh-tokens.ts';
import {
  ACCESS_TOKEN_TYPE,
  arrangeServices,
  callerToken,
  TOKEN_EXCHANGE,
} from '#test/support/arrange/token-exchange.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

/** Public client libraries read the machine's clock, and so does this world. */
const world = useWorld({ adapters: { clock: () => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) }) } });
const acme = prepared(() => arrangeServices(world));
beforeAll(() => allowRefreshTokens(world, acme));

const insecure = { [oauth.allowInsecureRequests]: true };
const GRANTED = 'read:reports offline_access';
const OFFLINE = { audience: REPORTS, scope: 'offline_access read:reports' };

describe('openid-client', () => {
  const configure = ({ clientId, clientSecret }: Credentials) =>
    openid.discovery(new URL(world.url), clientId, clientSecret, undefined, {
      execute: [openid.allowInsecureRequests],
    });

  test('uses refresh tokens, and ends their family', async () => {
    const config = await configure(acme.tenantToken);
    const first = await openid.clientCredentialsGrant(config, OFFLINE);
    const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second).toMatchObject({ token_type: 'bearer', scope: GRANTED, refresh_token: expect.any(String) });
    expect(await openid.tokenIntrospection(config, second.refresh_token ?? '')).toMatchObject({ active: true });
    await openid.tokenRevocation(config, second.refresh_token ?? '', { token_type_hint: 'refresh_token' });
    expect(await openid.tokenIntrospection(config, second.access_token)).toEqual({ active: false });
    await expect(openid.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('exchanges tokens', async () => {
    const config = await configure(acme.services[0]);
    const tokens = await openid.genericGrantRequest(config, TOKEN_EXCHANGE, {
      subject_token: await callerToken(world, acme),
      subject_token_type: ACCESS_TOKEN_TYPE,
      audience: acme.ledger,
    });
    expect(tokens).toMatchObject({ token_type: 'bearer', issued_token_type: ACCESS_TOKEN_TYPE, scope: 'read:reports' });
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      sub: acme.caller.clientId,
      act: { sub: acme.services[0].clientId },
    });
  });
});

describe('oauth4webapi', () => {
  const discover = async () => {
    const issuer = new URL(world.url);
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    return oauth.processDiscoveryResponse(issuer, response);
  };

  test('uses refresh tokens', async () => {
    const as = await discover();
    const client = { client_id: acme.tenantToken.clientId };
    const authentication = oauth.ClientSecretBasic(acme.tenantToken.clientSecret);
    const begun = await oauth.clientCredentialsGrantRequest(as, client, authentication, OFFLINE, insecure);
    const first = await oauth.processClientCredentialsResponse(as, client, begun);
    const token = first.refresh_token ?? '';
    const response = await oauth.refreshTokenGrantRequest(as, client, authentication, token, insecure);
    const second = await oauth.processRefreshTokenResponse(as, client, response);
    expect(second).toMatchObject({ token_type: 'bearer', scope: GRANTED, refresh_token: expect.any(String) });
    expect(second.refresh_token).not.toBe(token);
  });

  test('exchanges tokens', async () => {
    const as = await discover();
    const [{ clientId: client_id, clientSecret }] = acme.services;
    const form = new URLSearchParams({
      subject_token: await callerToken(world, acme),
      subject_token_type: ACCESS_TOKEN_TYPE,
      resource: acme.ledger,
    });
    const authentication = oauth.ClientSecretPost(clientSecret);
    const client = { client_id };
    const response = await oauth.genericTokenEndpointRequest(
      as,
      client,
      authentication,
      TOKEN_EXCHANGE,
      form,
      insecure,
    );
    const tokens = await oauth.processGenericTokenEndpointResponse(as, client, response);
    expect(tokens).toMatchObject({ token_type: 'bearer', issued_token_type: ACCESS_TOKEN_TYPE, scope: 'read:reports' });
  });
});
