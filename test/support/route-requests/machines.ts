import type { Credentials } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests about service users and their secrets. */
export function serviceUserRequests({ acme, tenantPath, manage, create }: Desk) {
  const collection = `${tenantPath}/service-users`;
  const newOne = { name: 'billing export', roleIds: [acme.readerRoleId] };
  const existing = async () => `${collection}/${(await create(collection, newOne)).id}`;
  const existingSecret = async () => {
    const secrets = `${await existing()}/secrets`;
    return `${secrets}/${(await create<Credentials>(secrets, { title: 'blue' })).clientId}`;
  };
  const newKey = { title: 'blue', algorithm: 'ES256' };
  const existingKey = async () => {
    const keys = `${await existing()}/keys`;
    return `${keys}/${(await create<{ kid: string }>(keys, newKey)).kid}`;
  };
  const newTrust = {
    title: 'blue',
    issuer: 'https://token.actions.githubusercontent.com',
    conditions: [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }],
  };
  const existingTrust = async () => {
    const trusts = `${await existing()}/federated-credentials`;
    return `${trusts}/${(await create<{ clientId: string }>(trusts, newTrust)).clientId}`;
  };
  return {
    createServiceUserKey: async () => manage('POST', `${await existing()}/keys`, newKey),
    listServiceUserKeys: async () => manage('GET', `${await existing()}/keys`),
    getServiceUserKey: async () => manage('GET', await existingKey()),
    deleteServiceUserKey: async () => manage('DELETE', await existingKey()),
    createFederatedCredential: async () => manage('POST', `${await existing()}/federated-credentials`, newTrust),
    listFederatedCredentials: async () => manage('GET', `${await existing()}/federated-credentials`),
    getFederatedCredential: async () => manage('GET', await existingTrust()),
    deleteFederatedCredential: async () => manage('DELETE', await existingTrust()),
    serviceUserKeySet: async () => ({ method: 'GET', path: `${await existingKey()}/jwks.json`, headers: {} }),
    createServiceUser: async () => manage('POST', collection, newOne),
    listServiceUsers: async () => manage('GET', collection),
    getServiceUser: async () => manage('GET', await existing()),
    updateServiceUser: async () => manage('PATCH', await existing(), { name: 'Renamed' }),
    deleteServiceUser: async () => manage('DELETE', await existing()),
    createServiceUserSecret: async () => manage('POST', `${await existing()}/secrets`, { title: 'blue' }),
    listServiceUserSecrets: async () => manage('GET', `${await existing()}/secrets`),
    deleteServiceUserSecret: async () => manage('DELETE', await existingSecret()),
  } satisfies Record<string, Prepare>;
}

/** Requests about applications and their grants. */
export function applicationRequests({ acme, tenantPath, manage, create }: Desk) {
  const collection = '/v1/applications';
  const newOne = { name: 'Gateway' };
  const everything = { permissions: 'all' };
  const existing = async () => `${collection}/${(await create<Credentials>(collection, newOne)).clientId}`;
  const grantOf = (application: string) => `${application}/grants/${acme.apiId}`;
  const existingGrant = async () => {
    const path = grantOf(await existing());
    await create(path, everything, 'PUT');
    return path;
  };
  return {
    createApplication: async () => manage('POST', collection, newOne),
    listApplications: async () => manage('GET', collection),
    getApplication: async () => manage('GET', await existing()),
    updateApplication: async () => manage('PATCH', await existing(), { name: 'Renamed' }),
    deleteApplication: async () => manage('DELETE', await existing()),
    setClientGrant: async () => manage('PUT', grantOf(await existing()), everything),
    getClientGrants: async () => manage('GET', `${await existing()}/grants`),
    deleteClientGrant: async () => manage('DELETE', await existingGrant()),
    testApi: async () => {
      const clientId = (await existingGrant()).split('/')[3];
      return manage('POST', `/v1/apis/${acme.apiId}/test`, { clientId });
    },
    listAuditEvents: async () => manage('GET', '/v1/audit-events'),
    listTenantAuditEvents: async () => manage('GET', `${tenantPath}/audit-events`),
  } satisfies Record<string, Prepare>;
}
