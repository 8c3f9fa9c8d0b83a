import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import * as z from 'zod';
import type { PublicJwk } from '#shared/domain/crypto-ports.ts';
import type { SigningAlgorithm } from '#shared/domain/records.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { kmsClient } from './kms-client.ts';

const settingSchema = z.partialRecord(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']), z.string());

/** A signing key's public half; `keyId` is what KMS knows it by. */
export interface SigningKey {
  readonly keyId: string;
  readonly jwk: PublicJwk;
  readonly publicKey: KeyObject;
}

/** The signing keys of the workspace: KMS key ids by algorithm, and their public halves. */
export interface SigningKeys {
  readonly algorithms: readonly SigningAlgorithm[];
  /** Asked of KMS once for the life of the process; a failed attempt is not remembered. */
  all(): Promise<readonly SigningKey[]>;
}

const opened = new WeakMap<Environment, SigningKeys>();

/** The signing keys that the setting MINTMARK_SIGNING_KEYS names. */
export function signingKeys(environment: Environment): SigningKeys {
  const known = opened.get(environment);
  if (known !== undefined) return known;
  const keys = openSigningKeys(environment);
  opened.set(environment, keys);
  return keys;
}

function openSigningKeys(environment: Environment): SigningKeys {
  const setting = settingSchema.parse(JSON.parse(required(environment, 'MINTMARK_SIGNING_KEYS')));
  const named = Object.entries(setting) as [SigningAlgorithm, string][];
  let loaded: Promise<readonly SigningKey[]> | undefined;
  const load = () => Promise.all(named.map(([algorithm, keyId]) => readSigningKey(environment, algorithm, keyId)));
  return {
    algorithms: named.map(([algorithm]) => algorithm),
    all: () => {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        return rethrowAsUnavailable(error);
      });
      return loaded;
    },
  };
}

async function readSigningKey(environment: Environment, alg: SigningAlgorithm, keyId: string): Promise<SigningKey> {
  const { PublicKey } = await kmsClient(environment).send(new GetPublicKeyCommand({ KeyId: keyId }));
  if (PublicKey === undefined) throw new Error('KMS answered without a public key.');
  const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const exported = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(exported);
  return { keyId, publicKey, jwk: { ...exported, kid, alg, use: 'sig' } as PublicJwk };
}
