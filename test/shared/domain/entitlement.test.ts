import { describe, expect, test } from 'vitest';
import { allowedPermissions, entitledApiIds, findApi } from '#shared/domain/entitlement.ts';
import { type ClientGrant, grantKey } from '#shared/domain/records.ts';
import type { Standing } from '#shared/domain/standing.ts';
import { lookAt } from '#test/support/look-at.ts';
import { aClient, anApi, aRole } from '#test/support/records.ts';

const REPORTS = 'https://api.example.com/reports';
const api = anApi();
const application = aClient({ subject: { type: 'application' }, apiIds: ['api_reports'] });
const nothing: Standing = { tenantId: undefined, userId: undefined, roles: [] };

function holding(...values: readonly string[]): Standing {
  const roles = values.map((value) => aRole({ permissions: [{ apiId: 'api_reports', api: REPORTS, value }] }));
  return { ...nothing, tenantId: 'ten_acme', roles };
}

describe('allowedPermissions', () => {
  const granted = (permissions: ClientGrant['permissions']) => {
    const grant = {
      id: 'grn_1',
      clientId: application.id,
      apiId: api.id,
      permissions,
      createdAtSeconds: 1,
      version: 1,
    };
    return allowedPermissions(
      application,
      nothing,
      api,
      lookAt({ grant: { [grantKey(application.id, api.id)]: grant } }),
    );
  };

  test.each<[ClientGrant['permissions'], readonly string[]]>([
    ['all', ['read:reports', 'write:reports']],
    [['write:reports'], ['write:reports']],
    [['write:reports', 'delete:reports'], ['write:reports']],
    [[], []],
  ])('gives an application what it was granted and the API still declares: %o', async (permissions, allowed) => {
    expect(await granted(permissions)).toEqual(allowed);
  });

  test('gives an application nothing without a grant, whatever its roles', async () => {
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
  ])('gives everyone else what their roles say and the API still declares: %o', async (held, allowed) => {
    expect(await allowedPermissions(aClient(), holding(...held), api, lookAt({}))).toEqual(allowed);
  });

  test('gives nothing at another API, not even at one that took over the identifier', async () => {
    const successor = anApi({ id: 'api_successor' });
    expect(await allowedPermissions(aClient(), holding('read:reports'), successor, lookAt({}))).toEqual([]);
  });
});

describe('entitledApiIds', () => {
  test('names the APIs of an application, or those of the roles, each once', () => {
    const elsewhere = aRole({ permissions: [{ apiId: 'api_other', api: 'urn:other', value: 'read' }] });
    const standing = { ...nothing, roles: [...holding('read:reports', 'write:reports').roles, elsewhere] };
    expect(entitledApiIds(application, standing)).toEqual(['api_reports']);
    expect(entitledApiIds(aClient({ apiIds: ['api_ignored'] }), standing)).toEqual(['api_reports', 'api_other']);
  });
});

describe('findApi', () => {
  const claim = { ownerId: 'api_reports', createdAtSeconds: 1, version: 1 };
  const look = lookAt({ api: { api_reports: api }, name: { [`api/${REPORTS}`]: claim } });

  test('finds an API by its identifier, as it is written', async () => {
    expect(await findApi(REPORTS, look)).toEqual(api);
  });

  test.each([`${REPORTS}/`, REPORTS.toUpperCase(), `${REPORTS}x`, ''])(
    'F6, G8: finds none by %o',
    async (identifier) => {
      expect(await findApi(identifier, look)).toBeUndefined();
    },
  );

  test('finds none where a claim has lost its API', async () => {
    expect(await findApi(REPORTS, lookAt({ name: { [`api/${REPORTS}`]: claim } }))).toBeUndefined();
  });
});
