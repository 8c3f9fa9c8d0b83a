import type { LookupAddress } from 'node:dns';
import { Agent } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpsJson } from '#shared/adapters/remote/fetch-json.ts';
import { isPublicAddress, publicLookup } from '#shared/adapters/remote/public-addresses.ts';
import { ISSUER, type IssuerAnswer, type LocalIssuer, startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';

let issuer: LocalIssuer;
beforeAll(async () => {
  issuer = await startLocalIssuer();
});
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.requests.length = 0;
});

const patience = (milliseconds = 2_000) => AbortSignal.timeout(milliseconds);

const fetchJson = (url: string, signal = patience()) => httpsJson(issuer.agent)(url, signal);

const refusal = (fetching: Promise<unknown>) =>
  fetching.then(
    () => 'fetched',
    () => 'refused',
  );

describe('K13: a host name', () => {
  const addresses = (...found: readonly string[]) =>
    found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const resolved = (found: readonly LookupAddress[], all: boolean) =>
    new Promise((resolve) => {
      const lookUp = publicLookup((_name, _options, callback) => callback(null, [...found]));
      lookUp('issuer.example.com', { all }, (error, address, family) =>
        resolve(error === null ? [address, family] : 'refused'),
      );
    });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::7f00:1',
    '::a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:1ff::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '4000::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700::1%eth0',
    'ff02::1',
    'localhost',
    '',
  ])('is refused with the address %s', async (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(await resolved(addresses(address), false)).toBe('refused');
    expect(await resolved(addresses('8.8.8.8', address), true)).toBe('refused');
  });

  test.each([
    '8.8.8.8',
    '100.63.255.255',
    '172.32.0.1',
    '192.167.1.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])('is accepted with the address %s', async (address) => {
    const [found] = addresses(address);
    expect(await resolved(addresses(address), false)).toEqual([address, found?.family]);
    expect(await resolved(addresses(address, '1.1.1.1'), true)).toEqual([addresses(address, '1.1.1.1'), undefined]);
  });

  test('without an address is refused', async () => {
    expect(await resolved([], false)).toBe('refused');
  });
});

describe('K13: the connected address', () => {
  const certain = (address: string) => {
    const lookup = publicLookup((_name, _options, callback) => callback(null, [{ address, family: 4 }]));
    return httpsJson(new Agent({ lookup }));
  };

  test('is the examined address: a host name cannot lead to this machine', async () => {
    const guarded = 'does not lead to the public Internet';
    await expect(certain('127.0.0.1')(`${ISSUER}/keys`, patience())).rejects.toThrow(guarded);
    await expect(httpsJson()('https://localhost/keys', patience())).rejects.toThrow(guarded);
  });

  test.each([
    'http://issuer.example.com/keys',
    'https://issuer.example.com:8443/keys',
    'https://127.0.0.1/keys',
    'https://[::1]/keys',
    'https://2130706433/keys',
    'https://0x7f.1/keys',
    'https://0177.0.0.1/keys',
    'file:///etc/passwd',
    'ftp://issuer.example.com/keys',
    'gopher://issuer.example.com/keys',
    'nonsense',
  ])('needs an https URL with a host name: %s is refused', async (url) => {
    await expect(fetchJson(url)).rejects.toThrow(/^(?:The URL must be https|Invalid URL)/);
    expect(issuer.requests).toEqual([]);
  });

  test('needs a certificate for its host name, from a trusted authority', async () => {
    expect(await fetchJson(`${ISSUER}/keys`)).toHaveProperty('keys');
    issuer.requests.length = 0;
    await expect(fetchJson('https://issuer.example.org/keys')).rejects.toThrow("does not match certificate's altnames");
    const stranger = new Agent();
    stranger.createConnection = issuer.agent.createConnection;
    await expect(httpsJson(stranger)(`${ISSUER}/keys`, patience())).rejects.toThrow('self-signed certificate');
    expect(issuer.requests).toEqual([]);
  });
});

describe('K15: a response', () => {
  const refused: Readonly<Record<string, IssuerAnswer>> = {
    'a redirect': { status: 302, location: 'https://other.example.com/keys', body: '{}' },
    'an error': { status: 500, body: '{}' },
    'no content in time': { body: undefined },
    HTML: { type: 'text/html', body: '{}' },
    'a type that only looks like JSON': { type: 'application/jsonp', body: '{}' },
    'a body that is not JSON': { body: '{"keys":' },
    'a repeated member': { body: '{"keys":[],"keys":[]}' },
    'more than 64 KiB': { body: `"${'x'.repeat(65_536)}"` },
  };

  test.each(Object.entries(refused))('with %s is refused', async (_what, answer) => {
    issuer.answers.set('/answer', answer);
    expect(await refusal(fetchJson(`${ISSUER}/answer`))).toBe('refused');
    expect(issuer.requests).toEqual(['/answer']);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'application/jwk-set+json'])(
    'of type %s is accepted',
    async (type) => {
      issuer.answers.set('/answer', { type, body: { keys: [] } });
      expect(await fetchJson(`${ISSUER}/answer`)).toEqual({ keys: [] });
    },
  );
});
