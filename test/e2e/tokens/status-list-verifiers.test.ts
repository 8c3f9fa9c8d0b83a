import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens, beginFamily } from '#test/support/arrange/refresh-tokens.ts';
import { readList, statusOf } from '#test/support/ask/status-lists.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { loadVerifier, type VerifierProgram } from '#test/support/documents/verifier-program.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const TTL_SECONDS = 30;
const ACCEPTED = 'accepted';
const REVOKED = 'The token is revoked.';

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);
let program: VerifierProgram;
beforeAll(async () => {
  program = await quickstartOf(acme.apiId);
  vi.useFakeTimers({ toFake: ['Date'] });
  later(0);
});
afterAll(() => vi.useRealTimers());

/** The program of the quick start that verifies the tokens of an API with jose and status lists alone. */
async function quickstartOf(apiId: string): Promise<VerifierProgram> {
  await succeed(manage('PATCH', `/v1/apis/${apiId}`, { statusList: true }));
  const { snippets } = await succeed<{ snippets: { id: string; code: string }[] }>(
    manage('GET', `/v1/apis/${apiId}/quickstart`),
  );
  return loadVerifier(snippets.find(({ id }) => id === 'jose-status-list')?.code ?? '');
}

/** Moves the clocks of Mintmark and of all verifiers. */
function later(seconds: number): void {
  world.clock.advance(seconds);
  vi.setSystemTime(world.clock.nowSeconds() * 1_000);
}

/** The verdict of a verifier on a token. */
const verdict = (token: string, by = program) =>
  by.verifyAccessToken(token).then(
    () => ACCEPTED,
    (error: Error) => error.message,
  );
const revoke = (credentials: Credentials, token: string) => world.post('/oauth/revoke', credentials, { token });

/** A token and the act that ends it. */
interface Case {
  readonly holder: (own: Acme) => Credentials | Promise<Credentials>;
  readonly end: (own: Acme, holder: Credentials, token: string) => Promise<unknown>;
}
const tenantPath = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}`;
const memberPath = (own: Acme) => `${tenantPath(own)}/members/${own.userId}`;
const tenantToken = (own: Acme) => own.tenantToken;
const personalToken = (own: Acme) => own.personalToken;
const pathOf = (own: Acme, { clientId }: Credentials) => `${tenantPath(own)}/api-tokens/${clientId}`;
const DISABLED = { status: 'disabled' };

const cases: Readonly<Record<string, Case>> = {
  'of the token itself': { holder: tenantToken, end: (_own, holder, token) => revoke(holder, token) },
  'by deleting its API token': { holder: tenantToken, end: (own, holder) => manage('DELETE', pathOf(own, holder)) },
  'by disabling its API token': {
    holder: tenantToken,
    end: (own, holder) => manage('PATCH', pathOf(own, holder), DISABLED),
  },
  'by deleting one of its secrets': {
    holder: tenantToken,
    end: async (own, holder) => {
      await succeed(manage('POST', `${pathOf(own, holder)}/secrets`, { title: 'another' }));
      return manage('DELETE', `${pathOf(own, holder)}/secrets/${holder.clientSecret.slice(4, 10)}`);
    },
  },
  'by disabling the tenant': { holder: tenantToken, end: (own) => manage('PATCH', tenantPath(own), DISABLED) },
  'by deleting the tenant': { holder: tenantToken, end: (own) => manage('DELETE', tenantPath(own)) },
  'of a personal token, by deleting the tenant': {
    holder: personalToken,
    end: (own) => manage('DELETE', tenantPath(own)),
  },
  'by disabling the user': {
    holder: personalToken,
    end: ({ userId }) => manage('PATCH', `/v1/users/${userId}`, DISABLED),
  },
  'by deleting the user': { holder: personalToken, end: ({ userId }) => manage('DELETE', `/v1/users/${userId}`) },
  'by removing the member': { holder: personalToken, end: (own) => manage('DELETE', memberPath(own)) },
  "by taking all the member's roles": {
    holder: personalToken,
    end: (own) => world.manage('PUT', memberPath(own), { roleIds: [] }),
  },
  'by disabling the service user': {
    holder: serviceUser,
    end: (own) => manage('PATCH', serviceUserPath(own), DISABLED),
  },
  'by deleting the service user': { holder: serviceUser, end: (own) => manage('DELETE', serviceUserPath(own)) },
};

const serviceUsers = new WeakMap<Acme, string>();
const serviceUserPath = (own: Acme) => serviceUsers.get(own) ?? '';
async function serviceUser(own: Acme): Promise<Credentials> {
  const path = await createServiceUser(world, own.tenantId, [own.readerRoleId]);
  serviceUsers.set(own, path);
  return createServiceUserSecret(world, path);
}

describe('a verifier that has nothing but jose and the list learns within its time to live of a revocation', () => {
  test.each(Object.keys(cases))('I8, I9, I11: %s', async (name) => {
    const { holder, end } = cases[name] ?? {};
    if (holder === undefined || end === undefined) throw new Error('There is no such case.');
    const own = await arrangeAcme(world);
    const credentials = await holder(own);
    const token = await world.tokenFor(credentials, { audience: REPORTS });
    const neighbour = await world.tokenFor(acme.tenantToken, { audience: REPORTS });
    later(TTL_SECONDS);
    const before = [await verdict(token), await verdict(neighbour)];
    await end(own, credentials, token);
    later(TTL_SECONDS);
    expect([before, await verdict(token), await verdict(neighbour)]).toEqual([[ACCEPTED, ACCEPTED], REVOKED, ACCEPTED]);
  });

  test.each([
    ['the application', (clientId: string) => `/v1/applications/${clientId}`],
    ['what it was granted', (clientId: string, apiId: string) => `/v1/applications/${clientId}/grants/${apiId}`],
    ['the API', (_clientId: string, apiId: string) => `/v1/apis/${apiId}`],
  ])('I9: by deleting %s', async (_name, pathTo) => {
    const application = await createApplication(world);
    const api = await registerApi(world, ['read'], { signingAlgorithm: 'ES256' });
    await grantPermissions(world, application, api.id, 'all');
    const verifier = await quickstartOf(api.id);
    const token = await world.tokenFor(application);
    const before = await verdict(token, verifier);
    await succeed(manage('DELETE', pathTo(application.clientId, api.id)));
    later(TTL_SECONDS);
    expect([before, await verdict(token, verifier)]).toEqual([ACCEPTED, REVOKED]);
  });

  test('I7: of the refresh token that it was issued with', async () => {
    const own = await arrangeAcme(world);
    await allowRefreshTokens(world, own);
    const { access_token: token, refresh_token: refreshToken } = await beginFamily(world, own.tenantToken);
    const before = await verdict(token);
    await revoke(own.tenantToken, refreshToken);
    later(TTL_SECONDS);
    expect([before, await verdict(token)]).toEqual([ACCEPTED, REVOKED]);
  });

  test('I10: after a whole time to live at the latest', async () => {
    for (const seconds of [0, 1, 14, 15, 16, 29]) {
      const token = await world.tokenFor(acme.tenantToken);
      later(TTL_SECONDS);
      await verdict(token);
      later(seconds);
      await verdict(token);
      await revoke(acme.tenantToken, token);
      later(TTL_SECONDS);
      expect([seconds, await verdict(token)]).toEqual([seconds, REVOKED]);
    }
  });

  test('and refuses every token once its list has expired and there is no new list', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    await verdict(token);
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('unreachable'));
    later(TTL_SECONDS - 1);
    const during = await verdict(token);
    later(1);
    const after = await verdict(token);
    fetched.mockRestore();
    expect([during, after, await verdict(token)]).toEqual([ACCEPTED, 'unreachable', ACCEPTED]);
  });

  test('and takes no list for a token', async () => {
    const { text } = await readList(world, statusOf(await world.tokenFor(acme.tenantToken)).uri);
    expect(await verdict(text)).toBe('unexpected "typ" JWT header value');
  });
});
