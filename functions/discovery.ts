import { kmsKeySetSigner } from '#shared/adapters/kms/signed-key-set.ts';
import { kmsKeySet } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { discovery } from '#shared/api/oauth/discovery.ts';
import { lambda } from '#shared/http/lambda.ts';
import { authorizationServerMetadata } from '#shared/http/reply/metadata.ts';
import { ok } from '#shared/http/reply/replies.ts';
import { managementApiMetadata } from '#shared/http/reply/resource-metadata.ts';
import type { PortsOf } from '#shared/ports.ts';

const metadata = ({ keySet, ...deployment }: PortsOf<'keys:publish'>) =>
  authorizationServerMetadata({ ...deployment, algorithms: keySet.algorithms });

/**
 * Publishes the documents that clients and verifiers read first: metadata (RFC 8414, RFC 9728) and public keys (RFC
 * 7517).
 */
export const handler = lambda(
  discovery,
  { ...ambient, keySet: kmsKeySet, keySetSigner: kmsKeySetSigner },
  {
    jwks: async (_request, { keySet, clock }) => ok({ keys: await keySet.publicKeys(clock.nowSeconds()) }),
    signedJwks: async (_request, { keySetSigner, clock }) =>
      ok({ jwt: await keySetSigner.signedKeySet(clock.nowSeconds()) }),
    authorizationServerMetadata: async (_request, ports) => ok(metadata(ports)),
    openidConfiguration: async (_request, ports) => ok(metadata(ports)),
    managementApiMetadata: async (_request, { issuer }) => ok(managementApiMetadata(issuer)),
    managementApiMetadataWithoutSlash: async (_request, { issuer }) => ok(managementApiMetadata(issuer)),
  },
);
