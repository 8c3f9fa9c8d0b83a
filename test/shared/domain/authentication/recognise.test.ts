import { describe, expect, test } from 'vitest';
import type { AssertionVerifier, FailureCounter } from '#shared/domain/authentication/ports.ts';
import {
  type Attempt,
  type ClientPorts,
  type PresentedClient,
  recogniseClient,
  recogniseHolder,
} from '#shared/domain/authentication/recognise.ts';
import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { uncounted } from '#test/support/faults/failure-counters.ts';
import { openExchange } from '#test/support/ports/exchange-ports.ts';

const SOURCE = '192.0.2.1';

const CLIENT_ID = 'cli_0AaBbCcDdEeFfGgHhIiJjK';

const attempt = <Presented>(presented: Presented): Attempt<Presented> => ({ source: SOURCE, read: () => presented });

const assertion = { value: 'a.b.c', use: 'client' } as const;

/** Reads every text as an assertion by the client for another audience than this server. */
const assertions: AssertionVerifier = {
  read: () => ({
    algorithm: 'ES256',
    keyId: undefined,
    type: undefined,
    claims: { iss: CLIENT_ID, sub: CLIENT_ID, aud: ['https://other.example.com'], exp: 1_800_000_060, jti: '1' },
  }),
  flawOf: () => 'It is not read.',
  isGenuine: async () => true,
};

/** Ports that note each counted bucket in a list, after `failed` failures in every bucket. */
async function countingPorts({ failed = 0 } = {}) {
  const { adapters, clientId, clientSecret } = await openExchange();
  const counted: string[] = [];
  const failures: FailureCounter = {
    ...uncounted,
    count: () => failed,
    begin: ({ bucket }) => ({ withdraw: () => undefined, fail: async () => void counted.push(bucket) }),
  };
  const ports: ClientPorts = {
    issuer: 'https://auth.example.com',
    importedSecrets: false,
    records: adapters.records(),
    hasher: adapters.hasher(),
    pepper: adapters.pepper(),
    failures,
    usage: adapters.usage(),
    assertionVerifier: assertions,
    assertionMemory: adapters.assertionMemory(),
    certificates: { read: () => undefined },
    certificateVerifier: { isOfKeys: async () => false },
    clock: adapters.clock(),
    digests: { digest: String, derive: () => new Uint8Array() },
  };
  return { ports, counted, readings: [{ clientId, secret: clientSecret }] };
}

/** The two buckets of a refusal: one for this client from this source, and one for the source. */
const bucketsOf = (clientId: string) => [`refused ${SOURCE} ${clientId}`, `refused ${SOURCE}`];

describe('a refused authentication', () => {
  const refused: readonly [string, PresentedClient][] = [
    ['a secret', { by: 'secret', readings: [{ clientId: CLIENT_ID, secret: 'wrong' }] }],
    ['an assertion beside a client id', { by: 'assertion', assertion: { ...assertion, clientId: CLIENT_ID } }],
    ['an assertion that names the client', { by: 'assertion', assertion }],
    ['a certificate', { by: 'certificate', clientId: CLIENT_ID, certificate: undefined }],
    ['the id of a public client', { by: 'none', clientId: CLIENT_ID }],
  ];

  test.each(refused)('R1: by %s is counted for the client and the source', async (_credential, presented) => {
    const { ports, counted } = await countingPorts();
    expect(await outcomeOf(recogniseClient(attempt(presented), ports))).toBe('invalid_client');
    expect(counted).toEqual(bucketsOf(CLIENT_ID));
  });

  test('R1: by an assertion that is the grant is counted for the client and the source', async () => {
    const { ports, counted } = await countingPorts();
    const workloadTokens = { read: () => undefined, flawOf: () => '', signerOf: async () => undefined };
    const presented = { by: 'grant', assertion: { value: 'a.b.c', use: 'grant' } } as const;
    expect(await outcomeOf(recogniseHolder(attempt(presented), { ...ports, workloadTokens }))).toBe('invalid_grant');
    expect(counted).toEqual(bucketsOf(CLIENT_ID));
  });

  test('R1: of a request without a credential is counted for its source', async () => {
    const { ports, counted } = await countingPorts();
    expect(await outcomeOf(recogniseClient({ source: SOURCE, read: failing('invalid_client') }, ports))).toBe(
      'invalid_client',
    );
    expect(counted).toEqual(bucketsOf(''));
  });

  test('R1: gets rate_limited after too many failures', async () => {
    const { ports } = await countingPorts({ failed: 100 });
    expect(await outcomeOf(recogniseClient(attempt({ by: 'none', clientId: CLIENT_ID }), ports))).toBe('rate_limited');
  });
});

describe('no failure is counted', () => {
  test('for a client that is recognised', async () => {
    const { ports, counted, readings } = await countingPorts();
    const { client } = await recogniseClient(attempt({ by: 'secret', readings }), ports);
    expect(client.id).toBe(readings[0]?.clientId);
    expect(counted).toEqual([]);
  });

  test.each(['invalid_request', 'temporarily_unavailable'] as const)('for a request that ends in %s', async (code) => {
    const { ports, counted } = await countingPorts();
    expect(await outcomeOf(recogniseClient({ source: SOURCE, read: failing(code) }, ports))).toBe(code);
    expect(counted).toEqual([]);
  });
});

function failing(code: ErrorCode): () => never {
  return () => {
    throw new DomainError(code, 'So it is.');
  };
}
