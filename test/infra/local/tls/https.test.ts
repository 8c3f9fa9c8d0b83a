import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideHttps } from '#infra/local/tls/https.ts';

const DAY_MILLISECONDS = 86_400_000;
const START = Date.UTC(2026, 10, 2, 12);

let folder: string;
let now: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mintmark-https-'));
  now = START;
});
afterEach(() => rm(folder, { recursive: true }));

/** What one start presents, and the authority that it leaves for clients. */
async function start(source = provideHttps(folder, () => now)) {
  const { cert } = await source();
  const authority = new X509Certificate(await readFile(join(folder, 'authority.pem')));
  return { server: new X509Certificate(cert), authority };
}

const fingerprints = ({ server, authority }: Awaited<ReturnType<typeof start>>) => ({
  server: server.fingerprint256,
  authority: authority.fingerprint256,
});

const keyFile = () => join(folder, 'authority-key.pem');

test('the first start makes an authority for 30 days, and a server certificate that ends with it', async () => {
  const { server, authority } = await start();
  const days = [authority, server].map(
    ({ validFromDate, validToDate }) => (validToDate.getTime() - validFromDate.getTime()) / DAY_MILLISECONDS,
  );
  expect({ days, isAuthority: [authority.ca, server.ca], isIssued: server.verify(authority.publicKey) }).toEqual({
    days: [30, 30],
    isAuthority: [true, false],
    isIssued: true,
  });
  expect(server.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
});

test('only their owner can read the files, and the key of the server is in none of them', async () => {
  const { key } = await provideHttps(folder, () => now)();
  const names = await readdir(folder);
  const files = names.map(async (name) => ({
    name,
    mode: (await stat(join(folder, name))).mode & 0o777,
    kinds: [...(await readFile(join(folder, name), 'utf8')).matchAll(/BEGIN ([A-Z ]+)-/g)].map(([, kind]) => kind),
    hasServerKey: (await readFile(join(folder, name), 'utf8')).includes(key),
  }));
  expect(await Promise.all(files)).toEqual([
    { name: 'authority-key.pem', mode: 0o600, kinds: ['PRIVATE KEY', 'CERTIFICATE'], hasServerKey: false },
    { name: 'authority.pem', mode: 0o600, kinds: ['CERTIFICATE'], hasServerKey: false },
  ]);
});

test('later starts keep the authority for 23 days, and make a server certificate that ends with it', async () => {
  const first = await start();
  now = START + 23 * DAY_MILLISECONDS - 1_000;
  const later = await start();
  expect(fingerprints(later)).toEqual({
    authority: first.authority.fingerprint256,
    server: expect.not.stringContaining(first.server.fingerprint256),
  });
  expect(later.server.validTo).toBe(first.authority.validTo);
});

test('an authority with less than a week left is replaced by one with another key', async () => {
  const first = await start();
  now = START + 23 * DAY_MILLISECONDS + 1_000;
  const later = await start();
  expect(later.authority.fingerprint256).not.toBe(first.authority.fingerprint256);
  expect(later.server.verify(first.authority.publicKey)).toBe(false);
  expect(later.authority.validToDate).toEqual(new Date(now + 30 * DAY_MILLISECONDS));
});

test('a Mintmark that runs for long presents the same certificate until its authority is replaced', async () => {
  const source = provideHttps(folder, () => now);
  const first = await start(source);
  now = START + 22 * DAY_MILLISECONDS;
  expect(fingerprints(await start(source))).toEqual(fingerprints(first));
  now = START + 24 * DAY_MILLISECONDS;
  const later = await start(source);
  expect(later.server.fingerprint256).not.toBe(first.server.fingerprint256);
  expect(later.server.verify(later.authority.publicKey)).toBe(true);
});

test.each([
  ['that others could read', () => chmod(keyFile(), 0o640)],
  ['that is damaged', () => writeFile(keyFile(), 'damaged')],
  ['that is missing', () => rm(keyFile())],
  [
    'of another certificate',
    async () => {
      const elsewhere = await mkdtemp(join(tmpdir(), 'mintmark-https-'));
      await provideHttps(elsewhere, () => now)();
      const [key = ''] = (await readFile(join(elsewhere, 'authority-key.pem'), 'utf8')).split(/(?=-----BEGIN CERT)/);
      const [, cert = ''] = (await readFile(keyFile(), 'utf8')).split(/(?=-----BEGIN CERT)/);
      await writeFile(keyFile(), key + cert);
      await rm(elsewhere, { recursive: true });
    },
  ],
])('an authority with a key %s is replaced', async (_, change) => {
  const first = await start();
  await change();
  const later = await start();
  expect(later.authority.fingerprint256).not.toBe(first.authority.fingerprint256);
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
});
