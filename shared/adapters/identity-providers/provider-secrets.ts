import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { unavailable } from '#shared/domain/errors.ts';
import type { ProviderSecretOpener, ProviderSecretSealer } from '#shared/domain/identities/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { kmsClient } from '../kms/kms-client.ts';
import { required } from '../node/environment.ts';

/** The KMS encryption context of a client secret. KMS opens the secret only for the same provider and workspace. */
function encryptionContext(environment: Environment, providerId: string) {
  return { mintmark: 'provider-secret', issuer: required(environment, 'MINTMARK_ISSUER'), provider: providerId };
}

/** Lets KMS seal client secrets (Encrypt). The sealed secret is base64. */
export function kmsProviderSecretSealer(environment: Environment): ProviderSecretSealer {
  const KeyId = required(environment, 'MINTMARK_WRAPPING_KEY');
  return {
    seal: async (providerId, clientSecret) => {
      const EncryptionContext = encryptionContext(environment, providerId);
      const { CiphertextBlob } = await kmsClient(environment)
        .send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(clientSecret), EncryptionContext }))
        .catch(rethrowAsUnavailable);
      if (CiphertextBlob === undefined) throw unavailable(new Error('KMS answered without a ciphertext.'));
      return Buffer.from(CiphertextBlob).toString('base64');
    },
  };
}

/** Lets KMS open client secrets (Decrypt), anew for each login, so that no process keeps one. */
export function kmsProviderSecretOpener(environment: Environment): ProviderSecretOpener {
  const KeyId = required(environment, 'MINTMARK_WRAPPING_KEY');
  return {
    open: async ({ id, sealedSecret }) => {
      const CiphertextBlob = Buffer.from(sealedSecret, 'base64');
      const EncryptionContext = encryptionContext(environment, id);
      const { Plaintext } = await kmsClient(environment)
        .send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext }))
        .catch(rethrowAsUnavailable);
      if (Plaintext === undefined) throw unavailable(new Error('KMS answered without a plaintext.'));
      return Buffer.from(Plaintext).toString('utf8');
    },
  };
}
