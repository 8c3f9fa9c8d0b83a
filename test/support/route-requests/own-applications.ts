import type { OwnAccount } from '../arrange/own-account.ts';
import type { Credentials } from '../world/world.ts';
import type { Desk, Prepare, RouteRequest } from './desk.ts';

interface OwnApplication {
  readonly account: OwnAccount;
  readonly path: string;
  readonly secretId: string;
}

/** Requests of developers about the applications that they own. */
export function ownApplicationRequests({ create, createAs, accountOfUser }: Desk) {
  const asOwner = (method: string, path: string, { token }: OwnAccount, body?: object): RouteRequest => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const developer = async (): Promise<OwnAccount> => {
    await create('/v1/settings', { developers: { mode: 'open' } }, 'PATCH');
    return accountOfUser();
  };
  const registration = { name: 'Report Mailer', redirectUris: ['https://mailer.example.net/callback'] };
  const owned = async (): Promise<OwnApplication> => {
    const account = await developer();
    const { clientId, clientSecret } = await createAs<Credentials>(account.token, '/v1/me/applications', registration);
    return { account, path: `/v1/me/applications/${clientId}`, secretId: clientSecret.slice(4, 10) };
  };
  const onOwned = (method: string, rest: string, body?: object) => async () => {
    const { account, path } = await owned();
    return asOwner(method, path + rest, account, body);
  };
  const concluding = (how: 'finish' | 'cancel') => async () => {
    const { account, path } = await owned();
    await createAs(account.token, `${path}/secrets/rotate`, { graceSeconds: 3_600 });
    return asOwner('POST', `${path}/secrets/rotate/${how}`, account);
  };
  return {
    createMyApplication: async () => asOwner('POST', '/v1/me/applications', await developer(), registration),
    getMyApplications: async () => asOwner('GET', '/v1/me/applications', await developer()),
    getMyApplication: onOwned('GET', ''),
    updateMyApplication: onOwned('PATCH', '', { name: 'Report Courier' }),
    deleteMyApplication: onOwned('DELETE', ''),
    addMyApplicationSecret: onOwned('POST', '/secrets', { title: 'blue' }),
    rotateMyApplicationSecrets: onOwned('POST', '/secrets/rotate', { graceSeconds: 3_600 }),
    finishMyApplicationRotation: concluding('finish'),
    cancelMyApplicationRotation: concluding('cancel'),
    deleteMyApplicationSecret: async () => {
      const { account, path, secretId } = await owned();
      await createAs(account.token, `${path}/secrets`, { title: 'blue' });
      return asOwner('DELETE', `${path}/secrets/${secretId}`, account);
    },
  } satisfies Record<string, Prepare>;
}
