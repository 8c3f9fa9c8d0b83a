import { beforeAll, describe, expect, test } from 'vitest';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { changeStoredClient, storedClient } from '#test/support/stored/stored-clients.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const endpoints = ['/oauth/token', '/oauth/introspect', '/oauth/revoke'] as const;
const parameters = { grant_type: 'client_credentials', token: 'x' };

const world = useWorld();
const acme = useAcme(world);
const other = useAcme(world);
/** A client in every state that a refusal must not show, with the secret it once got. */
let clients: Readonly<Record<'live' | 'disabled' | 'expired' | 'deleted' | 'rotated' | 'unknown', Credentials>>;
beforeAll(async () => {
  const unknown = { clientId: 'cli_0000000000000000000000', clientSecret: acme.tenantToken.clientSecret };
  const [live, disabled, deleted, rotated] = [await create(), await create(), await create(), await create()];
  const expired = await create({ expiresInSeconds: 60 });
  clients = { live, disabled, expired, deleted, rotated, unknown };
  await changeStoredClient(disabled.clientId, () => ({ status: 'disabled' }));
  await changeStoredClient(rotated.clientId, ({ secrets }) => ({
    secrets: secrets.map((secret) => ({ ...secret, selector: 'aaaaaa' })),
  }));
  await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${deleted.clientId}`);
  world.clock.advance(60);
  // Each function reads the pepper once for the life of its process, which is not what is counted here.
  await Promise.all(endpoints.map((path) => world.post(path, clients.live, parameters)));
});

/** Callers without a secret that Mintmark ever made for this client. */
const guesses: readonly (readonly [string, () => Credentials])[] = [
  ['an unknown client', () => clients.unknown],
  ['an id of another form', () => ({ clientId: 'nobody', clientSecret: guess() })],
  ['the wrong secret of a live client', () => ({ ...clients.live, clientSecret: guess() })],
  ['the wrong secret of a disabled client', () => ({ ...clients.disabled, clientSecret: guess() })],
  ['the wrong secret of an expired client', () => ({ ...clients.expired, clientSecret: guess() })],
  ['the wrong secret of a deleted client', () => ({ ...clients.deleted, clientSecret: guess() })],
  [
    'the secret of another client of the tenant',
    () => ({ ...clients.live, clientSecret: acme.tenantToken.clientSecret }),
  ],
  [
    'the secret of a client of another tenant',
    () => ({ ...clients.live, clientSecret: other.tenantToken.clientSecret }),
  ],
  [
    'its own secret with a typing error',
    () => ({ ...clients.live, clientSecret: mistyped(clients.live.clientSecret) }),
  ],
  ['a text of another form', () => ({ ...clients.live, clientSecret: 'correct horse battery staple' })],
];

/** States in which a client's own secret is not valid any more. */
const outdated = ['disabled', 'expired', 'deleted', 'rotated'] as const;

describe.each(endpoints)('a refusal at %s', (path) => {
  test('B13, B14: is the same for every client, byte for byte', async () => {
    const refused = [...guesses.map(([, credentials]) => credentials()), ...outdated.map((state) => clients[state])];
    const replies = await Promise.all(refused.map((credentials) => world.post(path, credentials, parameters)));
    const [first] = replies;
    expect(first && seen(first)).toEqual(oauthError(401, 'invalid_client'));
    expect(replies.map(wholeReply)).toEqual(replies.map(() => first && wholeReply(first)));
  });

  test.each(guesses)('B14: costs nothing for %s', async (_who, credentials) => {
    expect(await costOf(world, () => world.post(path, credentials(), parameters))).toEqual(FREE);
  });

  test.each(outdated)(
    'B13, B14: costs one read and one comparison for a client that is %s, every time',
    async (state) => {
      const costs = [];
      for (let time = 0; time < 3; time += 1) {
        costs.push(await costOf(world, () => world.post(path, clients[state], parameters)));
      }
      expect(costs).toEqual(Array(3).fill({ ...FREE, reads: 1, comparisons: 1 }));
    },
  );
});

describe('a client with several secrets', () => {
  test.each([1, 2, 5])(
    'B15: costs one comparison with the right secret of %d, and one with an old secret',
    async (live) => {
      const [right, old] = [await create(), await create()];
      await changeStoredClient(right.clientId, ({ secrets }) => withMore(secrets, live));
      const { secrets } = await storedClient(right.clientId);
      await changeStoredClient(old.clientId, () => ({ secrets }));
      expect([await attempt(right), await attempt(old)]).toEqual([
        { status: 200, comparisons: 1 },
        { status: 401, comparisons: 1 },
      ]);
    },
  );

  test('B15: is refused with an expired secret at the same cost, while the other secrets work', async () => {
    const credentials = await create();
    const expiresAtSeconds = world.clock.nowSeconds();
    await changeStoredClient(credentials.clientId, ({ secrets }) => ({
      secrets: [
        ...withMore(secrets, 3).secrets.slice(0, -1),
        ...secrets.map((secret) => ({ ...secret, expiresAtSeconds })),
      ],
    }));
    expect(await attempt(credentials)).toEqual({ status: 401, comparisons: 1 });
  });

  async function attempt(credentials: Credentials) {
    const before = world.comparisons();
    const { status } = await exchange(credentials);
    return { status, comparisons: world.comparisons() - before };
  }
});

test('B13: an expired client was active until the second of its expiry', async () => {
  const credentials = await create({ expiresInSeconds: 60 });
  world.clock.advance(59);
  const before = await exchange(credentials);
  world.clock.advance(1);
  const after = await exchange(credentials);
  expect([before.status, after.status]).toEqual([200, 401]);
});

function exchange(credentials: Credentials) {
  return world.post('/oauth/token', credentials, parameters);
}

function create(request: { readonly expiresInSeconds?: number } = {}): Promise<Credentials> {
  return createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId], ...request });
}

/** So many secrets, with the client's own last. */
function withMore<Secret extends { readonly selector: string }>(secrets: readonly Secret[], count: number) {
  const more = Array.from({ length: count - 1 }, (_, index) =>
    secrets.map((secret) => ({ ...secret, selector: `other${index}` })),
  );
  return { secrets: [...more.flat(), ...secrets] };
}

/** A secret of the right form and checksum for another client. */
function guess(): string {
  return other.personalToken.clientSecret;
}

function mistyped(secret: string): string {
  return secret.slice(0, 20) + (secret[20] === 'x' ? 'y' : 'x') + secret.slice(21);
}
