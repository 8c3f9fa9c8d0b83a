import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import * as z from 'zod';
import type { FoundingKeys } from '#shared/domain/keys/ports.ts';
import type { SigningKey } from '#shared/domain/keys/signing-key.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { sharedRead } from '../shared-read.ts';
import { kmsClient } from './kms-client.ts';

const settingSchema = z.partialRecord(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']), z.string());

/** The public half of a signing key: the JWK, and its thumbprint as `kid` (RFC 7638). */
export type PublicHalf = Pick<SigningKey, 'kid' | 'jwk'>;

/**
 * Reads the public halves of the signing keys that the deployment created (KMS GetPublicKey), once for each process.
 * `read` rejects with `temporarily_unavailable` if KMS fails.
 * @throws Error if the setting MINTMARK_SIGNING_KEYS is missing or is not an object of algorithm → key ARN
 */
export function kmsFoundingKeys(environment: Environment): FoundingKeys {
  const setting = settingSchema.parse(JSON.parse(required(environment, 'MINTMARK_SIGNING_KEYS')));
  const named = Object.entries(setting) as [SigningAlgorithm, string][];
  const share = sharedRead<readonly Named[]>();
  let loaded: readonly Named[] | undefined;
  const load = () => Promise.all(named.map(([algorithm, keyArn]) => readNamed(environment, algorithm, keyArn)));
  return {
    algorithms: named.map(([algorithm]) => algorithm),
    read: async (nowSeconds) => {
      loaded ??= await share(load).catch(rethrowAsUnavailable);
      return loaded.map((key) => ({ ...key, publishedFromSeconds: nowSeconds, signsFromSeconds: nowSeconds }));
    },
  };
}

type Named = Pick<SigningKey, 'kid' | 'jwk' | 'algorithm' | 'lane' | 'custody'>;

async function readNamed(environment: Environment, algorithm: SigningAlgorithm, keyArn: string): Promise<Named> {
  return { ...(await readPublicHalf(environment, keyArn)), algorithm, lane: 'kms', custody: { type: 'kms', keyArn } };
}

/**
 * Reads the public half of a key in KMS (GetPublicKey).
 * @throws the error of KMS, or Error if the answer has no key
 */
export async function readPublicHalf(environment: Environment, keyArn: string): Promise<PublicHalf> {
  const { PublicKey } = await kmsClient(environment).send(new GetPublicKeyCommand({ KeyId: keyArn }));
  if (PublicKey === undefined) throw new Error('KMS answered without a public key.');
  return publicHalfOf(PublicKey);
}

/** Converts a public key from the form of KMS: SubjectPublicKeyInfo in DER (RFC 5280 §4.1). */
export async function publicHalfOf(spki: Uint8Array): Promise<PublicHalf> {
  const jwk = await exportJWK(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  return { kid: await calculateJwkThumbprint(jwk), jwk: jwk as PublicHalf['jwk'] };
}
