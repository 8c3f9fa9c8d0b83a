import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import * as z from 'zod';
import type { FoundingKeys } from '#shared/domain/keys/ports.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { SigningKey } from '#shared/domain/records/signing-keys.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';

const settingSchema = z.partialRecord(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']), z.string());

/** What identifies a key to everybody: its public half, and the thumbprint of that (RFC 7638). */
export type PublicHalf = Pick<SigningKey, 'kid' | 'jwk'>;

/** The keys that the setting MINTMARK_SIGNING_KEYS names. KMS is asked once for the life of the process. */
export function kmsFoundingKeys(environment: Environment): FoundingKeys {
  const setting = settingSchema.parse(JSON.parse(required(environment, 'MINTMARK_SIGNING_KEYS')));
  const named = Object.entries(setting) as [SigningAlgorithm, string][];
  let loaded: Promise<readonly Named[]> | undefined;
  const load = () => Promise.all(named.map(([algorithm, keyArn]) => readNamed(environment, algorithm, keyArn)));
  return {
    algorithms: named.map(([algorithm]) => algorithm),
    read: async (nowSeconds) => {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        return rethrowAsUnavailable(error);
      });
      return (await loaded).map((key) => ({ ...key, publishedFromSeconds: nowSeconds, signsFromSeconds: nowSeconds }));
    },
  };
}

type Named = Pick<SigningKey, 'kid' | 'jwk' | 'algorithm' | 'lane' | 'custody'>;

async function readNamed(environment: Environment, algorithm: SigningAlgorithm, keyArn: string): Promise<Named> {
  return { ...(await readPublicHalf(environment, keyArn)), algorithm, lane: 'kms', custody: { type: 'kms', keyArn } };
}

/** The public half of a key in KMS. */
export async function readPublicHalf(environment: Environment, keyArn: string): Promise<PublicHalf> {
  const { PublicKey } = await kmsClient(environment).send(new GetPublicKeyCommand({ KeyId: keyArn }));
  if (PublicKey === undefined) throw new Error('KMS answered without a public key.');
  return publicHalfOf(PublicKey);
}

/** A public half as KMS gives it (SubjectPublicKeyInfo, DER). */
export async function publicHalfOf(spki: Uint8Array): Promise<PublicHalf> {
  const jwk = await exportJWK(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  return { kid: await calculateJwkThumbprint(jwk), jwk: jwk as PublicHalf['jwk'] };
}
