import type { Credentials } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

interface ClientSecrets {
  readonly secrets: readonly { readonly id: string }[];
}

/** Requests about the secrets of API tokens and applications. */
export function secretRequests({ acme, tenantPath, memberPath, manage, create }: Desk) {
  const existing = async (path: string, body: object) =>
    `${path}/${(await create<Credentials>(path, body)).clientId}/secrets`;
  const ofTenant = () => existing(`${tenantPath}/api-tokens`, { description: 'export', roleIds: [acme.readerRoleId] });
  const ofMember = () => existing(`${memberPath}/api-tokens`, { description: 'my laptop' });
  const ofApplication = () => existing('/v1/applications', { name: 'Gateway' });

  const addingTo = (secrets: () => Promise<string>) => async () => manage('POST', await secrets(), { title: 'blue' });
  const rotating = (secrets: () => Promise<string>) => async () =>
    manage('POST', `${await secrets()}/rotate`, { graceSeconds: 3_600 });
  const concluding = (how: 'finish' | 'cancel', secrets: () => Promise<string>) => async () => {
    const path = await secrets();
    await create(`${path}/rotate`, { graceSeconds: 3_600 });
    return manage('POST', `${path}/rotate/${how}`);
  };
  const deleting = (secrets: () => Promise<string>) => async () => {
    const path = await secrets();
    const { secrets: all } = await create<ClientSecrets>(path, { title: 'blue' });
    return manage('DELETE', `${path}/${all[0]?.id}`);
  };
  return {
    addTenantApiTokenSecret: addingTo(ofTenant),
    rotateTenantApiTokenSecrets: rotating(ofTenant),
    finishTenantApiTokenRotation: concluding('finish', ofTenant),
    cancelTenantApiTokenRotation: concluding('cancel', ofTenant),
    deleteTenantApiTokenSecret: deleting(ofTenant),
    addMemberApiTokenSecret: addingTo(ofMember),
    rotateMemberApiTokenSecrets: rotating(ofMember),
    finishMemberApiTokenRotation: concluding('finish', ofMember),
    cancelMemberApiTokenRotation: concluding('cancel', ofMember),
    deleteMemberApiTokenSecret: deleting(ofMember),
    addApplicationSecret: addingTo(ofApplication),
    rotateApplicationSecrets: rotating(ofApplication),
    finishApplicationRotation: concluding('finish', ofApplication),
    cancelApplicationRotation: concluding('cancel', ofApplication),
    deleteApplicationSecret: deleting(ofApplication),
  } satisfies Record<string, Prepare>;
}
