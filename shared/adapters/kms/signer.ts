import { createHash } from 'node:crypto';
import { SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { base64url } from 'jose';
import { ACCESS_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE } from '#shared/domain/access-token.ts';
import type { IntrospectionSigner, TokenSigner } from '#shared/domain/crypto-ports.ts';
import { tokenTooLarge, unavailable } from '#shared/domain/errors.ts';
import type { SigningAlgorithm } from '#shared/domain/records.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { derToJose } from './ecdsa-signature.ts';
import { kmsClient } from './kms-client.ts';
import { type SigningKey, signingKeys } from './signing-keys.ts';

interface Scheme {
  readonly kmsAlgorithm: SigningAlgorithmSpec;
  /** What KMS is given of the signing input, because it takes at most 4096 bytes of that (F12). */
  readonly messageType: 'DIGEST' | 'RAW';
  readonly toJose: (signature: Uint8Array) => Uint8Array;
}

const MESSAGE_BYTES_MAX = 4_096;
const asItIs = (signature: Uint8Array) => signature;

const SCHEMES: Readonly<Record<SigningAlgorithm, Scheme>> = {
  RS256: { kmsAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256', messageType: 'DIGEST', toJose: asItIs },
  PS256: { kmsAlgorithm: 'RSASSA_PSS_SHA_256', messageType: 'DIGEST', toJose: asItIs },
  ES256: { kmsAlgorithm: 'ECDSA_SHA_256', messageType: 'DIGEST', toJose: (signature) => derToJose(signature, 32) },
  // Ed25519 hashes the message itself, twice (RFC 8032 §5.1.6), so that no digest can stand for it.
  EdDSA: { kmsAlgorithm: 'ED25519_SHA_512', messageType: 'RAW', toJose: asItIs },
};

/** Signs tokens with KMS: the private key never leaves it. */
export function kmsSigner(environment: Environment): TokenSigner {
  const sign = jwtSigner(environment);
  return {
    sign: (claims, algorithm) =>
      sign(claims.scope === undefined ? LONG_LIVED_TOKEN_TYPE : ACCESS_TOKEN_TYPE, claims, algorithm),
  };
}

/** Signs answers about tokens with the same keys. */
export function kmsIntrospectionSigner(environment: Environment): IntrospectionSigner {
  const sign = jwtSigner(environment);
  return { sign: (claims, algorithm) => sign('token-introspection+jwt', claims, algorithm) };
}

function jwtSigner(environment: Environment) {
  const keys = signingKeys(environment);
  return async (typ: string, claims: object, algorithm: SigningAlgorithm): Promise<string> => {
    const key = (await keys.all()).find(({ jwk }) => jwk.alg === algorithm);
    if (key === undefined) throw unavailable(new Error(`The workspace has no signing key for ${algorithm}.`));
    const header = { alg: algorithm, kid: key.jwk.kid, typ };
    const input = `${encode(header)}.${encode(claims)}`;
    const signature = await signInput(environment, key, SCHEMES[algorithm], input);
    return `${input}.${base64url.encode(signature)}`;
  };
}

async function signInput(environment: Environment, { keyId }: SigningKey, scheme: Scheme, input: string) {
  const { kmsAlgorithm: SigningAlgorithm, messageType: MessageType } = scheme;
  if (MessageType === 'RAW' && input.length > MESSAGE_BYTES_MAX) throw tokenTooLarge();
  const Message = MessageType === 'RAW' ? Buffer.from(input) : createHash('sha256').update(input).digest();
  const { Signature } = await kmsClient(environment)
    .send(new SignCommand({ KeyId: keyId, Message, MessageType, SigningAlgorithm }))
    .catch(rethrowAsUnavailable);
  if (Signature === undefined) throw unavailable(new Error('KMS answered without a signature.'));
  return scheme.toJose(Signature);
}

function encode(part: object): string {
  return base64url.encode(JSON.stringify(part));
}
