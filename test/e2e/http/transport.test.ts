import { once } from 'node:events';
import { connect as connectPlainly } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type SecureVersion } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { functionRoutes } from '#infra/routes.ts';
import { sendRaw } from '#test/support/ask/raw-http.ts';
import { type ClientIdentity, newAuthority, selfSigned } from '#test/support/clients/certificates.ts';
import { fetchWith, mutualTlsTrusting } from '#test/support/clients/mutual-tls.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';

const OAUTH_METADATA = '/.well-known/oauth-authorization-server';
const OPENID_METADATA = '/.well-known/openid-configuration';

const authority = prepared(newAuthority);
const identity = prepared(() => authority.issue());
const ofNobody = prepared(selfSigned);
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert));
const world = useWorld({ mutualTls });

describe('A21: plain HTTP', () => {
  const redirections = [300, 301, 302, 303, 307, 308];

  test.each(['http', 'https'])('is redirected by no route, with X-Forwarded-Proto: %s', async (protocol) => {
    const answers = functionRoutes().map(async ({ method, path }) => {
      const target = path === '$default' ? '/unknown' : path;
      const headers = [['X-Forwarded-Proto', protocol] as const, ['Upgrade-Insecure-Requests', '1'] as const];
      const { status, headers: answered } = await sendRaw(world.url, { method, target, headers });
      return { status, location: answered.get('location') };
    });
    const all = await Promise.all(answers);
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ status, location }) => redirections.includes(status) || location !== null)).toEqual([]);
  });

  test('gets no answer at the port for TLS', async () => {
    const { hostname, port } = new URL(world.mutualTlsUrl);
    const socket = connectPlainly(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(`GET ${OAUTH_METADATA} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket).catch(() => '')).toBe('');
  });
});

describe('FP10: a TLS handshake', () => {
  const handshake = async (version: SecureVersion) => {
    const { hostname: host, port } = new URL(world.mutualTlsUrl);
    const ca = mutualTls.serverCertificate.cert;
    const versions = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connect({ host, port: Number(port), ca, cert: identity.cert, key: identity.key, ...versions });
    const failed = once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code);
    const connected = once(socket, 'secureConnect').then(() => socket.getProtocol());
    failed.catch(() => undefined);
    connected.catch(() => undefined);
    const outcome = await Promise.race([connected, failed]);
    socket.destroy();
    return outcome;
  };

  test.each<[SecureVersion, unknown]>([
    ['TLSv1.3', 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['TLSv1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  ])('of %s ends in %s', async (version, outcome) => {
    expect(await handshake(version)).toBe(outcome);
  });

  test('needs a certificate that the truststore vouches for', async () => {
    const read = (certificate?: ClientIdentity) =>
      fetchWith(mutualTls, certificate)(world.mutualTlsUrl + OAUTH_METADATA).then(({ status }) => status);
    expect(await read(identity)).toBe(200);
    await expect(read(ofNobody)).rejects.toThrow();
    await expect(read()).rejects.toThrow();
  });
});

describe('L4: the metadata of a deployment with mutual TLS', () => {
  test('says where the endpoints for mutual TLS are, and that tokens can be bound to certificates (RFC 8705 §3.3, §5)', async () => {
    const { body } = await world.send('GET', OAUTH_METADATA);
    const { token_endpoint, introspection_endpoint, revocation_endpoint } = body as Record<string, string>;
    const alias = (url = '') => url.replace(world.url, world.mutualTlsUrl);
    expect(body).toMatchObject({
      issuer: world.url,
      jwks_uri: `${world.url}/.well-known/jwks.json`,
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: alias(token_endpoint),
        introspection_endpoint: alias(introspection_endpoint),
        revocation_endpoint: alias(revocation_endpoint),
      },
    });
  });

  test('is the same at each of its addresses', async () => {
    const { text: plain } = await world.send('GET', OAUTH_METADATA);
    for (const path of [OAUTH_METADATA, OPENID_METADATA]) {
      expect(await (await fetchWith(mutualTls, identity)(world.mutualTlsUrl + path)).text()).toBe(plain);
    }
  });

  test('names endpoints that answer', async () => {
    const { body } = await world.send('GET', OAUTH_METADATA);
    const { mtls_endpoint_aliases: aliases } = body as { mtls_endpoint_aliases: Record<string, string> };
    const statuses = Object.values(aliases).map(async (url) => {
      const init = { method: 'POST', body: new URLSearchParams({ token: 'x', grant_type: 'client_credentials' }) };
      return (await fetchWith(mutualTls, identity)(url, init)).status;
    });
    expect(await Promise.all(statuses)).toEqual([401, 401, 401, 401]);
  });
});
