import { describe, expect, test } from 'vitest';
import { allowedPermissions, findApi, resolveApi } from '#shared/domain/access/entitlement.ts';
import type { Standing } from '#shared/domain/access/standing.ts';
import { type ClientGrant, grantKey } from '#shared/domain/records/permissions.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { aClient, anApi } from '#test/support/ports/records.ts';

const REPORTS = 'https://api.example.com/reports';

const api = anApi();

const application = aClient({ subject: { type: 'application' }, apiIds: ['api_reports'] });

const withoutPermissions: Standing = {
  scope: { type: 'workspace' },
  userId: undefined,
  roles: [],
  permissions: [],
  revokedBeforeSeconds: 0,
};

function holding(...values: readonly string[]): Standing {
  return { ...withoutPermissions, permissions: values.map((value) => ({ apiId: 'api_reports', api: REPORTS, value })) };
}

describe('allowedPermissions', () => {
  const granted = (permissions: ClientGrant['permissions']) => {
    const grant = {
      id: 'grn_1',
      clientId: application.id,
      apiId: api.id,
      for: 'client' as const,
      permissions,
      createdAtSeconds: 1,
      version: 1,
    };
    return allowedPermissions(
      application,
      withoutPermissions,
      api,
      lookAt({ grant: { [grantKey(application.id, api.id).id]: grant } }),
    );
  };

  test.each<[ClientGrant['permissions'], readonly string[]]>([
    ['all', ['read:reports', 'write:reports']],
    [['write:reports'], ['write:reports']],
    [['write:reports', 'delete:reports'], ['write:reports']],
    [[], []],
  ])('gives an application the granted permissions that the API still declares: %o', async (permissions, allowed) => {
    expect(await granted(permissions)).toEqual(allowed);
  });

  test('gives an application without a client grant no permission, also if it held roles', async () => {
    expect(await allowedPermissions(application, holding('read:reports'), api, lookAt({}))).toEqual([]);
  });

  test.each([
    [['read:reports'], ['read:reports']],
    [
      ['write:reports', 'read:reports'],
      ['read:reports', 'write:reports'],
    ],
    [['read:reports', 'read:reports'], ['read:reports']],
    [['delete:reports'], []],
    [[], []],
  ])('gives any other client the held permissions that the API still declares: %o', async (held, allowed) => {
    expect(await allowedPermissions(aClient(), holding(...held), api, lookAt({}))).toEqual(allowed);
  });

  test('gives no permission at another API, also if that API has taken over the identifier', async () => {
    const successor = anApi({ id: 'api_successor' });
    expect(await allowedPermissions(aClient(), holding('read:reports'), successor, lookAt({}))).toEqual([]);
  });
});

describe('resolveApi', () => {
  const OTHER = 'https://api.example.com/other';
  const other = anApi({ id: 'api_other', identifier: OTHER });
  const claim = { ownerId: 'api_other', createdAtSeconds: 1, version: 1 };
  const grant = {
    id: 'grn_1',
    clientId: 'cli',
    apiId: api.id,
    for: 'client',
    permissions: 'all',
    createdAtSeconds: 1,
    version: 1,
  } as const;
  const look = lookAt({
    api: { api_reports: api, api_other: other },
    name: { [`api/${OTHER}`]: claim },
    grant: { [grantKey(application.id, api.id).id]: grant },
  });
  const atReports = holding('read:reports', 'write:reports');
  const atBoth = {
    ...atReports,
    permissions: [...atReports.permissions, { apiId: 'api_other', api: OTHER, value: 'read' }],
  };

  test.each([
    ['the only API that an application has a grant for', application, atBoth, OTHER, api],
    ['the only API where another client has a permission', aClient({ apiIds: ['api_other'] }), atReports, OTHER, api],
    ['the default API if the client has several', aClient(), atBoth, OTHER, other],
    ['the default API if the client has none', aClient(), withoutPermissions, OTHER, other],
    ['no API if the default is unknown', aClient(), atBoth, `${OTHER}/`, undefined],
    [
      'Sound 4: the only API that still exists',
      { ...application, apiIds: ['api_gone', 'api_reports', 'api_gone_too'] },
      withoutPermissions,
      OTHER,
      api,
    ],
    [
      'Sound 4: the default API if the client grant is gone',
      { ...application, apiIds: ['api_other'] },
      withoutPermissions,
      OTHER,
      other,
    ],
    [
      'the default API if the client has more than twenty',
      { ...application, apiIds: ['api_reports', ...Array.from({ length: 20 }, (_, serial) => `api_${serial}`)] },
      withoutPermissions,
      OTHER,
      other,
    ],
  ])('finds %s', async (_what, client, holder, defaultAudience, found) => {
    expect(await resolveApi({ client, holding: holder }, async () => defaultAudience, look)).toEqual(found);
  });

  test('asks for an audience if the client has several APIs and there is no default', async () => {
    expect(await outcomeOf(resolveApi({ client: aClient(), holding: atBoth }, async () => undefined, look))).toBe(
      'invalid_request',
    );
  });
});

describe('findApi', () => {
  const claim = { ownerId: 'api_reports', createdAtSeconds: 1, version: 1 };
  const look = lookAt({ api: { api_reports: api }, name: { [`api/${REPORTS}`]: claim } });

  test('finds an API by exactly its identifier', async () => {
    expect(await findApi(REPORTS, look)).toEqual(api);
  });

  test.each([`${REPORTS}/`, REPORTS.toUpperCase(), `${REPORTS}x`, ''])(
    'F6, G8: finds no API by %o',
    async (identifier) => {
      expect(await findApi(identifier, look)).toBeUndefined();
    },
  );

  test('finds no API if the name is claimed and its API is missing', async () => {
    expect(await findApi(REPORTS, lookAt({ name: { [`api/${REPORTS}`]: claim } }))).toBeUndefined();
  });
});
