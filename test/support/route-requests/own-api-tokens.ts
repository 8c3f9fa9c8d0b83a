import type { Credentials } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

const COLLECTION = '/v1/me/api-tokens';

interface ClientSecrets {
  readonly secrets: readonly { readonly id: string }[];
}

/** Requests of a member of Acme about personal API tokens. Their paths do not name the tenant. */
export function ownApiTokenRequests({ acme, tenantPath, manageOwn, accountOfMember, create }: Desk) {
  const existing = async () => {
    const account = await accountOfMember();
    const asMember = `${tenantPath}/members/${account.userId}/api-tokens`;
    const { clientId } = await create<Credentials>(asMember, { description: 'my laptop' });
    return { account, own: `${COLLECTION}/${clientId}`, secrets: `${asMember}/${clientId}/secrets` };
  };
  const onExisting = async (method: string, suffix = '', body?: object) => {
    const { account, own } = await existing();
    return manageOwn(account, method, `${own}${suffix}`, body);
  };
  const concluding = (how: 'finish' | 'cancel') => async () => {
    const { account, own, secrets } = await existing();
    await create(`${secrets}/rotate`, { graceSeconds: 3_600 });
    return manageOwn(account, 'POST', `${own}/secrets/rotate/${how}`);
  };
  return {
    createMyApiToken: async () =>
      manageOwn(await accountOfMember(), 'POST', COLLECTION, { description: 'my laptop', tenantId: acme.tenantId }),
    listMyApiTokens: async () => manageOwn(await accountOfMember(), 'GET', COLLECTION),
    getMyApiToken: () => onExisting('GET'),
    updateMyApiToken: () => onExisting('PATCH', '', { description: 'my desk' }),
    deleteMyApiToken: () => onExisting('DELETE'),
    addMyApiTokenSecret: () => onExisting('POST', '/secrets', { title: 'blue' }),
    rotateMyApiTokenSecrets: () => onExisting('POST', '/secrets/rotate', { graceSeconds: 3_600 }),
    finishMyApiTokenRotation: concluding('finish'),
    cancelMyApiTokenRotation: concluding('cancel'),
    deleteMyApiTokenSecret: async () => {
      const { account, own, secrets } = await existing();
      const { secrets: all } = await create<ClientSecrets>(secrets, { title: 'blue' });
      return manageOwn(account, 'DELETE', `${own}/secrets/${all[0]?.id}`);
    },
  } satisfies Record<string, Prepare>;
}
