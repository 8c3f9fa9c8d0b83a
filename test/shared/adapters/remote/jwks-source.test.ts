import { compactVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type JwksSource, rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { countEach } from '#test/support/ask/concurrent-calls.ts';
import { ISSUER, issuerKey, signWorkloadToken } from '#test/support/elsewhere/local-issuer.ts';
import { keyWithExponentOne } from '#test/support/forge/weak-keys.ts';

const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`;

const KEYS = `${ISSUER}/keys`;

const first = issuerKey('ES256', 'first');

const second = issuerKey('ES256', 'second');

const metadata = { issuer: ISSUER, jwks_uri: KEYS };

let documents: Record<string, unknown>;

let fetched: string[];

let source: JwksSource;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  documents = { [CONFIGURATION]: metadata, [KEYS]: { keys: [first.jwk] } };
  fetched = [];
  source = rememberedJwks(async (url) => {
    fetched.push(url);
    if (documents[url] === undefined) throw new Error('It does not answer.');
    return documents[url];
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const OWNER = 'ten_1';

const published = { issuer: ISSUER, jwksUri: KEYS, owner: OWNER };

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

const tokens = {
  first: await signWorkloadToken({ algorithm: 'ES256', kid: 'first', key: first.privateKey }, {}),
  second: await signWorkloadToken({ algorithm: 'ES256', kid: 'second', key: second.privateKey }, {}),
};

/** Returns `good`, or the code of a domain error or of an error of jose. */
async function outcome(token: string, location: Parameters<JwksSource['keysOf']>[0] = published): Promise<string> {
  try {
    await compactVerify(token, source.keysOf(location));
    return 'good';
  } catch (error) {
    return error instanceof DomainError ? error.code : String((error as { code?: unknown }).code);
  }
}

describe('the keys of an issuer', () => {
  test('are fetched once for simultaneous requests, and again after five minutes', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(tokens.first)));
    expect([countEach(outcomes), fetched]).toEqual([{ good: 20 }, [KEYS]]);
    later(299);
    await outcome(tokens.first);
    expect(fetched).toEqual([KEYS]);
    later(1);
    await outcome(tokens.first);
    expect(fetched).toEqual([KEYS, KEYS]);
  });

  test('K16: are refused within five minutes after the issuer has removed them', async () => {
    expect(await outcome(tokens.first)).toBe('good');
    documents[KEYS] = { keys: [second.jwk] };
    later(300);
    expect(await outcome(tokens.first)).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect(await outcome(tokens.second)).toBe('good');
  });

  test('K16: are found if they are new, at most half a minute after the last fetch', async () => {
    expect(await outcome(tokens.first)).toBe('good');
    documents[KEYS] = { keys: [first.jwk, second.jwk] };
    expect(await outcome(tokens.second)).toBe('ERR_JWKS_NO_MATCHING_KEY');
    later(30);
    expect(await outcome(tokens.second)).toBe('good');
  });

  test('P10, K15: are fetched at most twice a minute, also if many tokens name unknown keys', async () => {
    const [, payload, signature] = tokens.first.split('.');
    const unknown = (kid: number) =>
      `${Buffer.from(JSON.stringify({ alg: 'ES256', kid: String(kid) })).toString('base64url')}.${payload}.${signature}`;
    const outcomes: string[] = [];
    for (let kid = 0; kid < 10_000; kid += 1) {
      outcomes.push(await outcome(unknown(kid)));
      later(0.0059);
    }
    expect(countEach(outcomes)).toEqual({ ERR_JWKS_NO_MATCHING_KEY: 10_000 });
    expect(fetched).toEqual([KEYS, KEYS]);
  });

  test('Sound 15: are fetched once for all owners that trust the same issuer, and separately for each issuer and URL', async () => {
    for (const owner of ['ten_1', 'ten_2', 'ten_3']) {
      await outcome(tokens.first, { ...published, owner });
      await outcome(tokens.first, { issuer: ISSUER, owner });
      await outcome(tokens.first, { issuer: 'https://other.example.com', jwksUri: KEYS, owner });
    }
    expect(fetched).toEqual([KEYS, CONFIGURATION, KEYS, KEYS]);
  });

  test('Sound 18: are passed over if everybody can sign for them', async () => {
    const { jwk, sign } = keyWithExponentOne();
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'weak' })).toString('base64url');
    const input = `${header}.${tokens.first.split('.')[1]}`;
    documents[KEYS] = { keys: [{ ...jwk, kid: 'weak' }, first.jwk] };
    expect([await outcome(`${input}.${sign(input)}`), await outcome(tokens.first)]).toEqual([
      'ERR_JWKS_NO_MATCHING_KEY',
      'good',
    ]);
  });

  test('are not fetched if they are registered', async () => {
    expect(await outcome(tokens.first, { ...published, jwks: [first.jwk] })).toBe('good');
    expect(await outcome(tokens.second, { ...published, jwks: [first.jwk] })).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect(fetched).toEqual([]);
  });
});

describe('Sound 15: an issuer that 2,000 trusts of one owner name', () => {
  const serials = Array.from({ length: 2_000 }, (_, serial) => serial);
  const outcomesOf = async (locate: (serial: number) => Parameters<JwksSource['keysOf']>[0]) => {
    const outcomes: string[] = [];
    for (const serial of serials) outcomes.push(await outcome(tokens.second, locate(serial)));
    return countEach(outcomes);
  };

  test('Sound 15: is asked once in one way, however many tokens name an unknown key', async () => {
    expect(await outcomesOf(() => published)).toEqual({ ERR_JWKS_NO_MATCHING_KEY: 2_000 });
    expect(fetched).toEqual([KEYS]);
  });

  test.each<[string, (serial: number) => object]>([
    ['by the URL of its keys', (serial) => ({ jwksUri: `${KEYS}/${serial}` })],
    ['by its own name', (serial) => ({ issuer: `${ISSUER}/${serial}`, jwksUri: undefined })],
  ])('Sound 15: is asked twenty times a minute in 2,000 ways %s', async (_how, named) => {
    expect(await outcomesOf((serial) => ({ ...published, ...named(serial) }))).toEqual({
      temporarily_unavailable: 2_000,
    });
    expect(fetched).toHaveLength(20);
    later(60);
    await outcomesOf((serial) => ({ ...published, ...named(serial) }));
    expect(fetched).toHaveLength(40);
  });

  test('Sound 15: is asked twenty times a minute if it answers each of them', async () => {
    for (const serial of serials) documents[`${KEYS}/${serial}`] = { keys: [first.jwk] };
    const outcomes = await outcomesOf((serial) => ({ ...published, jwksUri: `${KEYS}/${serial}` }));
    expect(outcomes).toEqual({ ERR_JWKS_NO_MATCHING_KEY: 20, temporarily_unavailable: 1_980 });
    expect(fetched).toHaveLength(20);
  });

  test('Sound 15: is asked for another owner all the same, and for keys that are known', async () => {
    expect(await outcome(tokens.first)).toBe('good');
    await outcomesOf((serial) => ({ ...published, jwksUri: `${KEYS}/${serial}` }));
    expect(await outcome(tokens.first)).toBe('good');
    const locations = [
      { ...published, owner: 'ten_2' },
      { issuer: ISSUER, owner: 'ten_2' },
    ];
    fetched = [];
    expect(await Promise.all(locations.map((location) => outcome(tokens.first, location)))).toEqual(['good', 'good']);
    expect(fetched).toEqual([CONFIGURATION, KEYS]);
  });

  test('Sound 15: is trusted by its known keys while its owner may not ask again', async () => {
    expect(await outcome(tokens.first)).toBe('good');
    later(300);
    await outcomesOf((serial) => ({ ...published, jwksUri: `${KEYS}/${serial}` }));
    fetched = [];
    expect([await outcome(tokens.first), fetched]).toEqual(['good', []]);
    expect([await outcome(tokens.first, { ...published, owner: 'ten_2' }), fetched]).toEqual(['good', [KEYS]]);
  });

  test('Sound 15: is asked on behalf of each of many owners at once', async () => {
    const owners = Array.from({ length: 200 }, (_, serial) => `ten_${serial}`);
    const outcomes = owners.map((owner) => outcome(tokens.first, { ...published, owner, jwksUri: `${KEYS}/${owner}` }));
    expect(countEach(await Promise.all(outcomes))).toEqual({ temporarily_unavailable: 200 });
    expect(fetched).toHaveLength(200);
  });
});

describe('an issuer that does not answer', () => {
  test('P11: is asked again after half a minute, and until then the answer is temporarily_unavailable', async () => {
    delete documents[KEYS];
    for (let second = 0; second < 60; second += 1) {
      expect(await outcome(tokens.first)).toBe('temporarily_unavailable');
      later(1);
    }
    expect(fetched).toEqual([KEYS, KEYS]);
    documents[KEYS] = { keys: [first.jwk] };
    expect(await outcome(tokens.first)).toBe('good');
  });

  test('P11: keeps its last keys in use for an hour', async () => {
    expect(await outcome(tokens.first)).toBe('good');
    delete documents[KEYS];
    later(3_599);
    expect(await outcome(tokens.first)).toBe('good');
    expect(await outcome(tokens.second)).toBe('temporarily_unavailable');
    later(1);
    expect(await outcome(tokens.first)).toBe('temporarily_unavailable');
  });
});

describe('OpenID Connect Discovery', () => {
  const discovered = { issuer: ISSUER, owner: OWNER };

  test('finds the keys', async () => {
    expect(await outcome(tokens.first, discovered)).toBe('good');
    expect(fetched).toEqual([CONFIGURATION, KEYS]);
  });

  test.each([
    ['names another issuer', { ...metadata, issuer: `${ISSUER}/` }],
    ['names no issuer', { jwks_uri: KEYS }],
    ['leads to another host', { ...metadata, jwks_uri: 'https://other.example.com/keys' }],
    ['leads to another port', { ...metadata, jwks_uri: `${ISSUER}:8443/keys` }],
    ['leads to no URL', { ...metadata, jwks_uri: 'keys' }],
    ['is a list', [metadata]],
  ])('is refused if its document %s', async (_what, document) => {
    documents[CONFIGURATION] = document;
    expect(await outcome(tokens.first, discovered)).toBe('temporarily_unavailable');
    expect(fetched).toEqual([CONFIGURATION]);
  });

  test.each([
    ['no key set', { keys: 'none' }],
    ['more than a hundred keys', { keys: Array.from({ length: 101 }, () => first.jwk) }],
  ])('is refused if it leads to %s', async (_what, document) => {
    documents[KEYS] = document;
    expect(await outcome(tokens.first, discovered)).toBe('temporarily_unavailable');
  });
});
