import { dynamoSigningKeyRecords } from '#shared/adapters/dynamo/directory/directory.ts';
import { kmsFoundingKeys } from '#shared/adapters/kms/founding-keys.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { manageSigningKeys } from '#shared/api/management/signing-keys.ts';
import {
  getSigningKeys,
  retainSigningKey,
  revokeSigningKey,
  rotateSigningKey,
} from '#shared/domain/keys/manage-signing-keys.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';
import { signingKeyRepresentation, signingKeysRepresentation } from '#shared/http/reply/signing-key-representations.ts';

const adapters = {
  ...ambient,
  ...management,
  foundingKeys: kmsFoundingKeys,
  signingKeyRecords: dynamoSigningKeyRecords,
};

/** Shows, rotates, revokes and retains signing keys. In an emergency, one write of a record is enough. */
export const handler = lambda(manageSigningKeys, adapters, {
  getSigningKeys: async (_request, ports) => ok(signingKeysRepresentation(await getSigningKeys(ports), ports.clock)),
  rotateSigningKey: async ({ params }, ports) =>
    ok(signingKeysRepresentation(await rotateSigningKey(params.keyId, ports), ports.clock)),
  revokeSigningKey: async ({ params }, ports) =>
    ok(signingKeysRepresentation(await revokeSigningKey(params.keyId, ports), ports.clock)),
  updateSigningKey: async ({ params: { keyId }, body: { retain }, expectedVersion }, ports) => {
    const { key, version } = await retainSigningKey(keyId, { retain, expectedVersion }, ports);
    return ok({ ...signingKeyRepresentation(key, ports.clock.nowSeconds()), version });
  },
});
