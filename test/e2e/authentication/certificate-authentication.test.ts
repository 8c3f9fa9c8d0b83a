import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { joseCertificateVerifier } from '#shared/adapters/jose/certificate-verifier.ts';
import { httpsJson } from '#shared/adapters/remote/fetch-json.ts';
import { rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { type ClientIdentity, newAuthority, newKeys, selfSigned } from '#test/support/clients/certificates.ts';
import { fetchWith, mutualTlsTrusting, postOver } from '#test/support/clients/mutual-tls.ts';
import { byName, byOwnKey, registerForMutualTls } from '#test/support/clients/mutual-tls-clients.ts';
import { startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { basic, type Reply } from '#test/support/world/deployment.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const SUBJECT = 'CN=nightly export,O=Acme';

const names = [
  { type: 'dns', value: 'export.acme.example' },
  { type: 'dns', value: '*.wild.example' },
  { type: 'url', value: 'spiffe://acme.example/export, DNS:evil.example' },
  { type: 'url', value: 'spiffe://acme.example/jobs/export' },
  { type: 'ip', value: '192.0.2.7' },
  { type: 'ip', value: '2001:db8::7' },
  { type: 'email', value: 'export@acme.example' },
] as const;

const GRANT = { grant_type: 'client_credentials', audience: REPORTS };

const UNKNOWN = 'cli_0000000000000000000000';

const endpoints = [
  ['/oauth/token', GRANT],
  ['/oauth/introspect', { token: 'x' }],
  ['/oauth/revoke', { token: 'x' }],
] as const;

const host = opened(startLocalIssuer);
const authority = prepared(newAuthority);
const identity = prepared(() => authority.issue({ names }));
const own = prepared(() => selfSigned({ names }));
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert, own.cert));
const certificateVerifier = () => joseCertificateVerifier(undefined, rememberedJwks(httpsJson(host.agent)));
const world = useWorld({ mutualTls, onReply: assertConforms, adapters: { certificateVerifier } });
const acme = useAcme(world);

let byAuthority: string;
let bySelf: string;
beforeAll(async () => {
  byAuthority = await register(byName({ tlsClientAuthSubjectDn: SUBJECT }));
  bySelf = await register(byOwnKey(own));
});

const subjectOf = ({ cert }: ClientIdentity) => new X509Certificate(cert).subject;

const register = async (registration: object) => (await registerForMutualTls(world, acme, registration)).clientId;

const send = (certificate: ClientIdentity, path: string, form: object, headers: Record<string, string> = {}) =>
  postOver(fetchWith(mutualTls, certificate), world.mutualTlsUrl + path, { ...form }, headers);

const exchange = (certificate: ClientIdentity, clientId: string): Promise<Reply> =>
  send(certificate, '/oauth/token', { ...GRANT, client_id: clientId });

const outcome = async (certificate: ClientIdentity, clientId: string) =>
  scopeOrRefusal(await exchange(certificate, clientId));

const REFUSED = '401 invalid_client';

describe.each(endpoints)('client authentication by certificate at %s', (path, form) => {
  test('recognises a client by a certificate of an authority, or by a self-signed certificate', async () => {
    const replies = [
      await send(identity, path, { ...form, client_id: byAuthority }),
      await send(own, path, { ...form, client_id: bySelf }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('B13, E2: refuses every other certificate, and a request without a certificate, as if the client were unknown, byte for byte', async () => {
    const stranger = await authority.issue({ subject: [{ O: ['Acme'] }, { CN: ['somebody else'] }] });
    const { clientId: bySecret } = acme.tenantToken;
    const headers = { 'x-ssl-client-cert': encodeURIComponent(identity.cert), 'x-amzn-mtls-clientcert': 'x' };
    const replies = [
      await send(identity, path, { ...form, client_id: UNKNOWN }),
      await send(stranger, path, { ...form, client_id: byAuthority }),
      await send(own, path, { ...form, client_id: byAuthority }),
      await send(identity, path, { ...form, client_id: bySelf }),
      await send(identity, path, { ...form, client_id: bySecret }),
      await world.post(path, undefined, { ...form, client_id: byAuthority }),
      await world.send('POST', path, { headers, body: new URLSearchParams({ ...form, client_id: byAuthority }) }),
      await world.post(path, { ...acme.tenantToken, clientId: byAuthority }, form),
    ];
    expect(replies.map(seen)).toEqual(replies.map(() => oauthError(401, 'invalid_client')));
    expect(new Set(replies.map((reply) => JSON.stringify(wholeReply(reply)))).size).toBe(1);
  });
});

describe('E1: tls_client_auth', () => {
  test.each<[string, object]>([
    ['its whole subject', { tlsClientAuthSubjectDn: SUBJECT }],
    ['its subject in another spelling', { tlsClientAuthSubjectDn: '2.5.4.3=Nightly\\20Export, o=ACME' }],
    ['a DNS name', { tlsClientAuthSanDns: 'EXPORT.acme.example' }],
    ['a URI', { tlsClientAuthSanUri: 'spiffe://acme.example/jobs/export' }],
    ['an IPv4 address', { tlsClientAuthSanIp: '192.0.2.7' }],
    ['an IPv6 address in another spelling', { tlsClientAuthSanIp: '2001:DB8:0:0::7' }],
    ['an e-mail address', { tlsClientAuthSanEmail: 'export@acme.example' }],
  ])('knows a certificate by %s', async (_what, name) => {
    expect(await outcome(identity, await register(byName(name)))).toBe('read:reports');
  });

  test.each<[string, object]>([
    ['a part of its subject', { tlsClientAuthSubjectDn: 'CN=nightly export' }],
    ['its subject in another order', { tlsClientAuthSubjectDn: 'O=Acme,CN=nightly export' }],
    ['a common name that is no DNS name', { tlsClientAuthSanDns: 'nightly' }],
    ['a name that only a wildcard of the certificate covers', { tlsClientAuthSanDns: 'a.wild.example' }],
    ['a name below', { tlsClientAuthSanDns: 'acme.example' }],
    ['a name that stands within a URI', { tlsClientAuthSanDns: 'evil.example' }],
    ['the beginning of a URI', { tlsClientAuthSanUri: 'spiffe://acme.example/export' }],
    ['another spelling of a URI', { tlsClientAuthSanUri: 'spiffe://ACME.example/jobs/export' }],
    ['another address', { tlsClientAuthSanIp: '192.0.2.8' }],
    ['another mailbox', { tlsClientAuthSanEmail: 'Export@acme.example' }],
  ])('does not know it by %s', async (_what, name) => {
    expect(await outcome(identity, await register(byName(name)))).toBe(REFUSED);
  });

  test.each<[string, object, string]>([
    ['none of the names', {}, 'tlsClientAuthSubjectDn'],
    ['two names', { tlsClientAuthSubjectDn: SUBJECT, tlsClientAuthSanIp: '192.0.2.7' }, 'tlsClientAuthSubjectDn'],
    ['a text that is no subject', { tlsClientAuthSubjectDn: '/CN=export' }, 'tlsClientAuthSubjectDn'],
    ['a wildcard', { tlsClientAuthSanDns: '*.acme.example' }, 'tlsClientAuthSanDns'],
    ['all names below', { tlsClientAuthSanDns: '.acme.example' }, 'tlsClientAuthSanDns'],
    ['a text that is no address', { tlsClientAuthSanIp: '192.0.2.0/24' }, 'tlsClientAuthSanIp'],
    ['a text that is no mailbox', { tlsClientAuthSanEmail: 'export' }, 'tlsClientAuthSanEmail'],
    ['keys', { tlsClientAuthSubjectDn: SUBJECT, jwksUri: 'https://app.example.com/keys' }, 'jwksUri'],
    [
      'an algorithm',
      { tlsClientAuthSubjectDn: SUBJECT, tokenEndpointAuthSigningAlg: 'ES256' },
      'tokenEndpointAuthSigningAlg',
    ],
  ])('cannot be registered with %s', async (_what, registration, field) => {
    const reply = await world.manage('POST', '/v1/applications', { name: 'app', ...byName(registration) });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
  });

  test('still has exactly one name after each change', async () => {
    const clientId = await register(byName({ tlsClientAuthSubjectDn: SUBJECT }));
    const patch = (change: object) => world.manage('PATCH', `/v1/applications/${clientId}`, change);
    const other = { tlsClientAuthSanDns: 'export.acme.example' };
    expect(seen(await patch(other))).toEqual(problem(400, 'invalid_request', 'tlsClientAuthSubjectDn'));
    const { body } = await patch({ ...other, tlsClientAuthSubjectDn: null });
    expect(body).toMatchObject({ tokenEndpointAuthMethod: 'tls_client_auth', ...other });
    expect(body).not.toHaveProperty('tlsClientAuthSubjectDn');
    const back = await patch({ tokenEndpointAuthMethod: 'client_secret_post' });
    expect(back.body).not.toHaveProperty('tlsClientAuthSanDns');
    expect(await outcome(identity, clientId)).toBe(REFUSED);
  });

  test('belongs to no other method', async () => {
    const reply = await world.manage('POST', '/v1/applications', { name: 'app', tlsClientAuthSubjectDn: SUBJECT });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'tlsClientAuthSubjectDn'));
  });
});

describe('self_signed_tls_client_auth', () => {
  test('E2: is the only way for a certificate that no authority vouches for, with any name', async () => {
    expect(subjectOf(own)).toBe(subjectOf(identity));
    const byDns = await register(byName({ tlsClientAuthSanDns: 'export.acme.example' }));
    expect([await outcome(own, byAuthority), await outcome(own, byDns)]).toEqual([REFUSED, REFUSED]);
  });

  test('knows a certificate by its key, among several, and after a renewal', async () => {
    const keys = await newKeys();
    const [first, renewed, other] = [await authority.issue({ keys }), await authority.issue({ keys }), identity];
    const jwks = {
      keys: [
        { ...other.publicJwk, kid: 'other' },
        { ...first.publicJwk, kid: 'own', alg: 'ES256' },
      ],
    };
    const clientId = await register({ ...byOwnKey(first), jwks });
    expect([await outcome(first, clientId), await outcome(renewed, clientId)]).toEqual([
      'read:reports',
      'read:reports',
    ]);
    expect(await outcome(own, clientId)).toBe(REFUSED);
  });

  test('knows it by the keys that the client publishes, and says neither yes nor no while they cannot be fetched', async () => {
    const jwksUri = 'https://app.example.com/mtls-keys';
    const { jwks: _jwks, ...method } = byOwnKey(own);
    const clientId = await register({ ...method, jwksUri });
    host.answers.set('/mtls-keys', { status: 500, body: '' });
    expect(scopeOrRefusal(await exchange(own, clientId))).toBe('503 temporarily_unavailable');
    const another = await register({ ...method, jwksUri: `${jwksUri}/2` });
    host.answers.set('/mtls-keys/2', { body: { keys: [own.publicJwk] } });
    expect([await outcome(own, another), await outcome(identity, another)]).toEqual(['read:reports', REFUSED]);
  });

  test('cannot be registered without keys', async () => {
    const request = { name: 'app', tokenEndpointAuthMethod: 'self_signed_tls_client_auth' };
    expect(seen(await world.manage('POST', '/v1/applications', request))).toEqual(
      problem(400, 'invalid_request', 'jwks'),
    );
  });
});

describe('a client with a certificate', () => {
  test('has no secret and costs one read and no hash, and an unknown client costs nothing', async () => {
    const { body } = await world.manage('GET', `/v1/applications/${byAuthority}`);
    expect(body).toMatchObject({ tokenEndpointAuthMethod: 'tls_client_auth', secrets: [] });
    await exchange(identity, byAuthority);
    const cost = await costOf(world, () => exchange(identity, byAuthority));
    expect(cost).toEqual({ reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 });
    const ofStranger = await costOf(world, () => send(identity, '/oauth/revoke', { token: 'x', client_id: 'cli_1' }));
    expect(ofStranger).toMatchObject({ reads: 0, kms: [], comparisons: 0 });
  });

  test('is refused if it also sends a secret or an assertion', async () => {
    const headers = { authorization: basic({ ...acme.tenantToken, clientId: byAuthority }) };
    expect(scopeOrRefusal(await send(identity, '/oauth/token', { ...GRANT, client_id: byAuthority }, headers))).toBe(
      REFUSED,
    );
    const form = { ...GRANT, client_id: byAuthority, client_secret: acme.tenantToken.clientSecret };
    expect(scopeOrRefusal(await send(identity, '/oauth/token', form))).toBe(REFUSED);
  });

  test('is recognised by its secret if it has one, over a connection with any certificate', async () => {
    const headers = { authorization: basic(acme.tenantToken) };
    expect((await send(identity, '/oauth/token', GRANT, headers)).status).toBe(200);
  });

  test('E2: is refused with its tokens once it is disabled, or its certificate has expired by our own clock', async () => {
    const brief = await authority.issue({ notAfter: new Date(Date.now() + 600_000) });
    const clientId = await register(byName({ tlsClientAuthSubjectDn: SUBJECT }));
    const { body } = await exchange(brief, clientId);
    expect((body as { expires_in: number }).expires_in).toBeLessThanOrEqual(660);
    world.clock.advance(720);
    expect([await outcome(brief, clientId), await outcome(identity, clientId)]).toEqual([REFUSED, 'read:reports']);
    await world.manage('PATCH', `/v1/applications/${clientId}`, { status: 'disabled' });
    expect(await outcome(identity, clientId)).toBe(REFUSED);
  });
});
