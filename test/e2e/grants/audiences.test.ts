import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApi, createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, type Credentials, REPORTS, type Reply } from '#test/support/world/world.ts';

const LEDGER = 'https://api.example.com/ledger';

const world = useWorld();
const acme = useAcme(world);
/** Holds permissions at two APIs, so it has to say which one it means. */
let torn: Credentials;
beforeAll(async () => {
  await createApi(world, LEDGER, ['read:ledger']);
  const ledgerReader = await createRole(world, [{ api: LEDGER, value: 'read:ledger' }]);
  torn = await createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId, ledgerReader] });
});

describe('a requested audience', () => {
  test.each(['resource', 'audience'])('G4, G6: named as %s is the aud of the token', async (name) => {
    const reply = await exchange(torn, { [name]: LEDGER });
    expect(claimsOf(reply)).toMatchObject({ aud: LEDGER, scope: 'read:ledger' });
  });

  test.each(['resource', 'audience'])('C6, G6: without a grant is refused: %s', async (name) => {
    const reply = await exchange(acme.tenantToken, { [name]: LEDGER });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_target'));
  });

  test('C6, G2: without a grant is refused like an audience that does not exist', async () => {
    const replies = [LEDGER, 'https://api.example.com/nothing'].map((resource) =>
      exchange(acme.tenantToken, { resource }),
    );
    const [ungranted, unknown] = (await Promise.all(replies)).map(({ status, text }) => ({ status, text }));
    expect(ungranted).toEqual(unknown);
  });

  test.each([
    ['G1', 'a relative URI', '/reports'],
    ['G1', 'no URI', 'reports'],
    ['G1', 'a fragment', `${REPORTS}#top`],
    ['G1', 'an empty fragment', `${REPORTS}#`],
    ['G2', 'an unknown resource', 'https://api.example.com/unknown'],
    ['G2', 'the identifier in other case', REPORTS.toUpperCase()],
    ['G2', 'the identifier with a slash more', `${REPORTS}/`],
    ['G2', 'the identifier with a query', `${REPORTS}?x=y`],
    ['G2', 'the beginning of the identifier', REPORTS.slice(0, -1)],
    ['G2', 'a name of the store', 'api/https://api.example.com/reports'],
  ])('%s: is refused: %s', async (_row, _what, resource) => {
    expect(seen(await exchange(acme.tenantToken, { resource }))).toEqual(oauthError(400, 'invalid_target'));
  });

  test.each([
    [`resource=${REPORTS}&resource=${LEDGER}`],
    [`audience=${REPORTS}&audience=${LEDGER}`],
    [`resource=${REPORTS}&audience=${LEDGER}`],
  ])('G3: with another audience is refused, because a token is for one API: %s', async (audiences) => {
    const body = new URLSearchParams(`grant_type=client_credentials&${audiences}`);
    const reply = await world.send('POST', '/oauth/token', { headers: { authorization: basic(torn) }, body });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_target'));
  });

  test('G3: may be in both parameters if it is the same', async () => {
    expect(claimsOf(await exchange(torn, { resource: LEDGER, audience: LEDGER })).aud).toBe(LEDGER);
  });

  test('G5: has the scopes that it declares, not those of another API', async () => {
    for (const scope of ['read:reports', 'read:ledger read:reports']) {
      expect(seen(await exchange(torn, { resource: LEDGER, scope }))).toEqual(oauthError(400, 'invalid_scope'));
    }
  });

  test('G5: is not guessed from a scope', async () => {
    expect(seen(await exchange(torn, { scope: 'read:ledger' }))).toEqual(oauthError(400, 'invalid_request'));
  });

  test.each([REPORTS, LEDGER])('G7: is the audience that introspection names: %s', async (resource) => {
    const token = await world.tokenFor(torn, { resource });
    const { body } = await world.post('/oauth/introspect', torn, { token });
    expect(body).toMatchObject({ active: true, aud: resource });
  });

  test('G4: is the only API of the client if the request names no audience', async () => {
    expect(claimsOf(await exchange(acme.tenantToken)).aud).toBe(REPORTS);
    expect(claimsOf(await exchange(world.admin)).aud).toBe(`${world.url}/v1/`);
  });

  test('G4: has to be named if the client has several APIs', async () => {
    expect(seen(await exchange(torn))).toEqual(oauthError(400, 'invalid_request'));
  });

  test('G4: of a client without any permission is refused', async () => {
    const powerless = await createApiToken(world, acme.tenantId, { roleIds: [] });
    expect(seen(await exchange(powerless))).toEqual(oauthError(400, 'invalid_request'));
    expect(seen(await exchange(powerless, { audience: REPORTS }))).toEqual(oauthError(400, 'invalid_target'));
  });
});

function exchange(credentials: Credentials, parameters: Record<string, string> = {}): Promise<Reply> {
  return world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
}

function claimsOf({ body }: Reply) {
  return decodeJwt((body as { access_token: string }).access_token);
}
