import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AccessTokenClaims } from '#shared/domain/tokens/claims.ts';
import { createApi, createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';

const LEDGER = 'https://api.example.com/ledger';

const world = useWorld();
const acme = useAcme(world);
/** Holds both permissions at the reports API, and one at another API. */
let reporter: Credentials;
beforeAll(async () => {
  await createApi(world, LEDGER, ['read:ledger']);
  const ledgerReader = await createRole(world, [{ api: LEDGER, value: 'read:ledger' }]);
  const roleIds = [acme.readerRoleId, acme.writerRoleId, ledgerReader];
  reporter = await createApiToken(world, acme.tenantId, { roleIds });
});

describe('a token response', () => {
  test('C1, C2: has the token, its type, lifetime and scope, and nothing else', async () => {
    expect(seen(await exchange(acme.tenantToken))).toEqual({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'read:reports write:reports',
      },
    });
  });

  test('C1: names the scope that the token has', async () => {
    for (const scope of ['read:reports', 'write:reports', 'write:reports read:reports']) {
      const reply = await exchange(acme.tenantToken, { scope });
      expect([scopeOf(reply), claimsOf(reply).scope]).toEqual([scope, scope]);
    }
  });
});

describe('a requested scope', () => {
  test.each([
    ['C3', 'a value that no API declares', 'read:everything'],
    ['C3', 'a known value beside an unknown one', 'read:reports read:everything'],
    ['C3', 'a value in other case', 'READ:REPORTS'],
    ['C3', 'the beginning of a value', 'read'],
    ['C3', 'a wildcard', '*'],
    ['C3', 'a value of another API of the client', 'read:ledger'],
    ['C5', 'two spaces', 'read:reports  write:reports'],
    ['C5', 'a space in front', ' read:reports'],
    ['C5', 'a space behind', 'read:reports '],
    ['C5', 'nothing but a space', ' '],
    ['C5', 'a tab', 'read:reports\twrite:reports'],
    ['C5', 'a comma', 'read:reports,write:reports'],
    ['C5', 'quotes', '"read:reports"'],
    ['C5', 'a backslash', 'read:reports\\'],
    ['C5', 'a letter beyond ASCII', 'read:réports'],
    ['C5', 'a thousand values', Array.from({ length: 1_000 }, (_, index) => `s${index}`).join(' ')],
  ])('%s: is refused with %s', async (_row, _what, scope) => {
    expect(seen(await exchange(reporter, { scope, audience: REPORTS }))).toEqual(oauthError(400, 'invalid_scope'));
    expect(seen(await exchange(acme.tenantToken, { scope }))).toEqual(oauthError(400, 'invalid_scope'));
  });

  test('C4: is refused above the grant, never narrowed', async () => {
    const reply = await exchange(acme.personalToken, { scope: 'read:reports write:reports' });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_scope'));
  });

  test.each([
    'read:reports write:reports',
    'write:reports read:reports',
    'read:reports write:reports read:reports',
    'write:reports write:reports read:reports write:reports',
  ])('C7: is a set, however it is written: %s', async (scope) => {
    const { scope: granted } = claimsOf(await exchange(acme.tenantToken, { scope }));
    expect(granted.split(' ').sort()).toEqual(['read:reports', 'write:reports']);
  });
});

describe('a creator of API tokens', () => {
  /** The level of the role that `arrangeTenantManager` gives. */
  const level = 10;
  const createAsManager = async (roleIds: readonly string[]) => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens']);
    const token = await world.tokenFor(manager);
    world.dynamo.forget();
    return world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: 'x', roleIds }, token);
  };

  test('C8: may give roles as strong as its own, and weaker roles', async () => {
    const roleIds = [await createRole(world, [], level), await createRole(world, [], level + 1)];
    expect(await createAsManager(roleIds)).toMatchObject({ status: 201, body: { roleIds } });
  });

  test('C8: may give no role above its own', async () => {
    const stronger = await createRole(world, [], level - 1);
    const reply = await createAsManager([acme.readerRoleId, stronger]);
    expect(seen(reply)).toEqual(problem(403, 'forbidden', 'roleIds'));
    expect(world.dynamo.bodies.filter((body) => body.includes('"TableName":"mintmark-clients"'))).toEqual([]);
  });
});

describe('permissions that are taken away', () => {
  test('C9: with a role are gone from the next token and from existing tokens', async () => {
    const roleId = await createRole(world, [{ api: REPORTS, value: 'write:reports' }]);
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId, roleId] });
    const token = await world.tokenFor(credentials);
    const before = await introspect(credentials, token);
    await world.manage('DELETE', `/v1/roles/${roleId}`);
    const after = await introspect(credentials, token);
    expect([before, after].map(scopeOf)).toEqual(['read:reports write:reports', 'read:reports']);
    expect(scopeOf(await exchange(credentials))).toBe('read:reports');
    const refused = await exchange(credentials, { scope: 'write:reports' });
    expect(seen(refused)).toEqual(oauthError(400, 'invalid_scope'));
  });

  test('C9: from a member are gone from the personal token at once', async () => {
    const { tenantId, userId, personalToken } = await arrangeAcme(world);
    const token = await world.tokenFor(personalToken);
    await world.manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds: [] });
    expect((await introspect(personalToken, token)).text).toBe('{"active":false}');
    const refused = await exchange(personalToken, { audience: REPORTS });
    expect(seen(refused)).toEqual(oauthError(400, 'invalid_target'));
  });
});

describe('the ids of clients and users', () => {
  test.each(['clientId', 'id', 'client_id'])(
    'C10: are chosen by Mintmark for clients: a request cannot name one as %s',
    async (member) => {
      const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
      const named = await world.manage('POST', path, { description: 'x', [member]: acme.userId });
      expect(seen(named)).toEqual(problem(400, 'invalid_request', member));
      const reply = await world.manage('POST', path, { description: 'x' });
      expect(reply).toMatchObject({ status: 201, body: { clientId: expect.stringMatching(/^cli_[0-9A-Za-z]{22}$/) } });
    },
  );

  test.each(['cli_0000000000000000000000', 'usr_1', 'svc_1', 'tok_1'])(
    'C10: are never given to another kind: a tenant cannot be called %s',
    async (id) => {
      expect(seen(await world.manage('POST', '/v1/tenants', { name: 'x', id }))).toEqual(
        problem(400, 'invalid_request', 'id'),
      );
    },
  );

  test('C10: begin differently, so sub tells a user from a client', async () => {
    const [own, personal] = [claimsOf(await exchange(acme.tenantToken)), claimsOf(await exchange(acme.personalToken))];
    expect([own.sub.slice(0, 4), own.sub]).toEqual(['cli_', own.client_id]);
    expect([personal.sub.slice(0, 4), personal.client_id.slice(0, 4)]).toEqual(['usr_', 'cli_']);
  });
});

function exchange(credentials: Credentials, parameters: Record<string, string> = {}): Promise<Reply> {
  return world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
}

function introspect(credentials: Credentials, token: string): Promise<Reply> {
  return world.post('/oauth/introspect', credentials, { token });
}

function scopeOf({ body }: Reply): string {
  return (body as { scope: string }).scope;
}

function claimsOf({ body }: Reply): AccessTokenClaims {
  return decodeJwt<AccessTokenClaims>((body as { access_token: string }).access_token);
}
