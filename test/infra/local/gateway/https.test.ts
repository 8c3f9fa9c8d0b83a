import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { MutualTls } from '#infra/local/gateway/configuration.ts';
import { type GatewayOptions, startGateway } from '#infra/local/gateway/gateway.ts';
import { issueServerCertificate, newAuthority } from '#infra/local/tls/authority.ts';
import { selfSignedServerCertificate } from '#infra/local/tls/server-certificate.ts';
import { fetchWith, mutualTlsTrusting } from '#test/support/clients/mutual-tls.ts';
import { echo } from './running-gateway.ts';

const HOUR_MILLISECONDS = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

/** A gateway with https, and the source of its certificates, which a test changes. */
async function start(options: Partial<GatewayOptions> = {}) {
  const source = vi.fn(() => selfSignedServerCertificate());
  const first = await selfSignedServerCertificate();
  source.mockResolvedValue(first);
  const httpRoutes = [{ method: 'GET', path: '/', handler: echo }];
  const gateway = await startGateway({ httpRoutes, https: source, ...options });
  onTestFinished(() => gateway.close());
  return { gateway, source, first };
}

/** A `fetch` that trusts this certificate and no other. */
const trusting = (cert: string) => fetchWith({ serverCertificate: { cert, key: '' }, truststore: [] } as MutualTls);

/** The certificate that the gateway presents now. */
async function presentedAt(url: string): Promise<string> {
  const socket: TLSSocket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { raw }: PeerCertificate = socket.getPeerCertificate();
  socket.destroy();
  return raw.toString('base64');
}

const inBase64 = (pem: string) => pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');

test('a gateway with https is at an https URL, and a Lambda sees so', async () => {
  const { gateway, first } = await start();
  expect(gateway.url).toMatch(/^https:\/\/localhost:\d+$/);
  const answer = await trusting(first.cert)(gateway.url);
  expect(await answer.json()).toMatchObject({ headers: { 'x-forwarded-proto': 'https' } });
});

test.each(['localhost', '127.0.0.1'])('a gateway with https serves requests for the host %s', async (host) => {
  const { gateway, first } = await start();
  const { status } = await trusting(first.cert)(`https://${host}:${new URL(gateway.url).port}`);
  expect(status).toBe(200);
});

test('L12: a gateway with https refuses requests for another host', async () => {
  const { gateway, first } = await start();
  const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', ca: first.cert });
  socket.end('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
});

test('a gateway with https speaks no plain HTTP', async () => {
  const { gateway } = await start();
  await expect(fetch(gateway.url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
});

test('a gateway leaves out the header that insists on https, which would count for all ports of localhost', async () => {
  const headers = { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains', 'X-Other': 'kept' };
  const httpRoutes = [{ method: 'GET', path: '/', handler: async () => ({ statusCode: 200, headers }) }];
  const { gateway, first } = await start({ httpRoutes });
  const answer = await trusting(first.cert)(gateway.url);
  expect([answer.headers.get('strict-transport-security'), answer.headers.get('x-other')]).toEqual([null, 'kept']);
});

test('a gateway presents a renewed certificate within an hour, without a restart', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { gateway, source, first } = await start();
  const renewed = await selfSignedServerCertificate();
  source.mockResolvedValue(renewed);
  const before = await presentedAt(gateway.url);
  await vi.advanceTimersByTimeAsync(HOUR_MILLISECONDS);
  expect([before, await presentedAt(gateway.url)]).toEqual([first, renewed].map(({ cert }) => inBase64(cert)));
});

test('a gateway keeps its certificate while the next one cannot be made, and tries again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const printed = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => printed.mockRestore());
  const { gateway, source, first } = await start();
  const renewed = await selfSignedServerCertificate();
  source.mockRejectedValueOnce(new Error('The disk is full.')).mockResolvedValue(renewed);
  await vi.advanceTimersByTimeAsync(HOUR_MILLISECONDS);
  const meanwhile = await presentedAt(gateway.url);
  await vi.advanceTimersByTimeAsync(HOUR_MILLISECONDS);
  expect([meanwhile, await presentedAt(gateway.url)]).toEqual([first, renewed].map(({ cert }) => inBase64(cert)));
  expect(printed.mock.calls).toEqual([['The certificate was not renewed.', new Error('The disk is full.')]]);
});

test('a gateway with https may have a second port with mutual TLS', async () => {
  const mutualTls = await mutualTlsTrusting();
  const { gateway, first } = await start({ mutualTls });
  expect((await trusting(first.cert)(gateway.url)).status).toBe(200);
  await expect(fetchWith(mutualTls)(`${gateway.mutualTlsUrl}`)).rejects.toThrow();
});

test.each([
  ['trusts', 'localhost'],
  ['trusts', '127.0.0.1'],
  ['refuses', 'evil.example'],
  ['refuses', 'localhost.evil.example'],
  ['refuses', 'xlocalhost'],
  ['refuses', '127.0.0.2'],
  ['refuses', '192.0.2.1'],
])(
  'a client with the authority of this machine %s a server that it issued a certificate for %s',
  async (does, host) => {
    const now = Date.now();
    const authority = await newAuthority(now);
    const type = /^[\d.]+$/.test(host) ? 'ip' : 'dns';
    const certificate = await issueServerCertificate(authority, now, [{ type, value: host }]);
    const { gateway } = await start({ https: async () => certificate });
    const port = Number(new URL(gateway.url).port);
    // The constraints are checked apart from the name of this very server.
    const checkServerIdentity = () => undefined;
    const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, checkServerIdentity });
    const outcome = await once(socket, 'secureConnect').then(
      () => 'trusts',
      ({ message }) => message,
    );
    socket.destroy();
    expect(outcome).toBe(does === 'trusts' ? 'trusts' : 'permitted subtree violation');
  },
);
