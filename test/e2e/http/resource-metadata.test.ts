import { allowInsecureRequests, processResourceDiscoveryResponse, resourceDiscoveryRequest } from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { boundToken, newProofKey, signProof } from '#test/support/clients/dpop.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const PATH = '/.well-known/oauth-protected-resource/v1/';

const world = useWorld({ onReply: assertConforms });

/** The address to which a refusal sends a caller without the right token. */
async function metadataUri(headers: Record<string, string> = {}): Promise<string | undefined> {
  const reply = await world.send('GET', '/v1/tenants', { headers });
  return /resource_metadata="(?<uri>[^"]+)"/.exec(reply.headers.get('www-authenticate') ?? '')?.groups?.uri;
}

describe('L8: the metadata of the management API', () => {
  test('says which tokens it takes, and who issues them, where a client of RFC 9728 looks for it', async () => {
    const identifier = new URL(`${world.url}/v1/`);
    const reply = await resourceDiscoveryRequest(identifier, { [allowInsecureRequests]: true });
    const permissions = await succeed<{ permissions: readonly { value: string }[] }>(
      world.manage('GET', '/v1/apis/api_0000000000000000000000'),
    );
    expect([reply.url, await processResourceDiscoveryResponse(identifier, reply)]).toEqual([
      world.url + PATH,
      {
        resource: `${world.url}/v1/`,
        resource_name: 'Mintmark management API',
        authorization_servers: [world.url],
        scopes_supported: permissions.permissions.map(({ value }) => value),
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      },
    ]);
  });

  test.each([
    ['nothing', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['junk', { authorization: 'Bearer junk' }],
    ['a token without its proof', { authorization: 'DPoP junk' }],
  ])('leads a caller with %s to a token that it takes', async (_what, headers) => {
    const uri = (await metadataUri(headers)) ?? '';
    expect(uri).toBe(world.url + PATH);
    const { resource, authorization_servers: servers } = (await (await fetch(uri)).json()) as {
      readonly resource: string;
      readonly authorization_servers: readonly string[];
    };
    const asked = await fetch(`${servers[0]}/.well-known/oauth-authorization-server`);
    const server = (await asked.json()) as { readonly token_endpoint: string };
    const { clientId, clientSecret } = world.admin;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, resource };
    const issued = await fetch(server.token_endpoint, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = (await issued.json()) as { readonly access_token: string };
    expect((await world.manage('GET', '/v1/tenants', undefined, token)).status).toBe(200);
  });

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('takes proofs by %s, as it says', async (algorithm) => {
    const key = await newProofKey(algorithm);
    const token = await boundToken(world, world.admin, key, {});
    const proof = await signProof(world, key, { method: 'GET', url: `${world.url}/v1/tenants`, token });
    const headers = { authorization: `DPoP ${token}`, dpop: proof };
    expect((await world.send('GET', '/v1/tenants', { headers })).status).toBe(200);
  });

  test('is not named in refusals of other endpoints', async () => {
    const replies = [
      await world.post('/oauth/introspect', undefined, { token: 'x' }),
      await world.send('POST', '/oauth/introspect', { headers: { authorization: 'Bearer x' }, body: 'token=x' }),
      await world.post('/oauth/token', undefined, { grant_type: 'client_credentials' }),
      await world.manage('GET', '/v1/nothing'),
    ];
    for (const { headers } of replies) expect(headers.get('www-authenticate') ?? '').not.toContain('resource_metadata');
  });

  test.each([
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/',
    '/.well-known/oauth-protected-resource/v1//',
    '/.well-known/oauth-protected-resource/v1/tenants',
    '/.well-known/oauth-protected-resource/v2/',
    '/.well-known/oauth-protected-resource/{rest+}',
    '/v1/.well-known/oauth-protected-resource',
  ])('L1: has none at %s', async (path) => {
    expect((await world.send('GET', path)).status).toBe(404);
  });

  test('L7, L10: is the same for every request, and may be kept for five minutes', async () => {
    const plain = await world.send('GET', PATH);
    const headers = { origin: 'https://evil.example.com', cookie: 'session=1', 'x-forwarded-host': 'evil.example.com' };
    const crossOrigin = await world.send('GET', PATH, { headers });
    expect(wholeReply(crossOrigin)).toEqual(wholeReply(plain));
    expect(plain.headers.get('cache-control')).toBe('public, max-age=300');
    expect(crossOrigin.headers.has('access-control-allow-credentials')).toBe(false);
    expect((await world.send('POST', PATH)).status).toBe(405);
  });

  test('Sound 25: L8: is the same without the slash at the end, for clients that leave it out', async () => {
    const [asked, plain] = [await world.send('GET', PATH.slice(0, -1)), await world.send('GET', PATH)];
    expect(wholeReply(asked)).toEqual(wholeReply(plain));
    expect(asked.body).toMatchObject({ resource: `${world.url}/v1/`, authorization_servers: [world.url] });
    expect((await world.send('POST', PATH.slice(0, -1))).status).toBe(405);
  });

  test('Sound 25: L4: of the server names the authorization endpoint, which answers', async () => {
    const { body } = await world.send('GET', '/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({ authorization_endpoint: `${world.url}/oauth/authorize` });
    expect((await fetch(`${world.url}/oauth/authorize`)).status).toBe(400);
  });

  test('L9: costs nothing', async () => {
    world.dynamo.forget();
    world.kms.forget();
    await world.send('GET', PATH);
    expect([world.dynamo.calls, world.kms.calls]).toEqual([[], []]);
  });
});
