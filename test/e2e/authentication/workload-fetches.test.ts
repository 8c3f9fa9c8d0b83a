import { expect, test } from 'vitest';
import { joseWorkloadTokens } from '#shared/adapters/jose/workload-tokens.ts';
import { type JwksSource, rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { createFederatedCredential, platformOf } from '#test/support/clients/federated-credentials.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { ISSUER, startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { opened } from '#test/support/world/use-world.ts';
import { arrangeAcme, startWorld } from '#test/support/world/world.ts';

const issuer = opened(startLocalIssuer);
const owners: string[] = [];
const source = rememberedJwks(async () => ({ keys: issuer.publicJwks }));
const watched: JwksSource = {
  keysOf: (location) => {
    owners.push(location.owner);
    return source.keysOf(location);
  },
};
const world = opened(() => startWorld({ adapters: { workloadTokens: () => joseWorkloadTokens(undefined, watched) } }));

test('Sound 15: keys of a trusted issuer are fetched for the tenant whose service user trusts it', async () => {
  const platform = platformOf(world, issuer);
  const tenants = [await arrangeAcme(world), await arrangeAcme(world)];
  for (const { tenantId, readerRoleId } of tenants) {
    for (const name of ['first', 'second']) {
      const user = await createServiceUser(world, tenantId, [readerRoleId]);
      const body = { algorithms: ['ES256'], jwksUri: `${ISSUER}/${name}` };
      const { clientId } = await createFederatedCredential(world, user, body);
      expect(await platform.outcome(clientId)).toBe('read:reports');
    }
  }
  expect(owners).toEqual(tenants.flatMap(({ tenantId }) => [tenantId, tenantId]));
});
