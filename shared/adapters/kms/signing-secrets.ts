import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { CompactSign, compactVerify, errors } from 'jose';
import QuickLRU from 'quick-lru';
import * as z from 'zod';
import { unavailable } from '#shared/domain/errors.ts';
import type { SigningSecretMaker, WrappedSecret } from '#shared/domain/keys/ports.ts';
import { ACCESS_TOKEN_TYPE, TOKEN_CHARACTERS_MAX } from '#shared/domain/tokens/access-token.ts';
import type { AccessTokenClaims } from '#shared/domain/tokens/claims.ts';
import type { SecretTokens } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { accessTokenClaims } from '../jose/claims.ts';
import { readCompactJws } from '../jose/compact-jws.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';

/** The size of the hash output, as HS256 requires at least (RFC 7518 §3.2). */
const SECRET_BYTES = 32;

const UNWRAPPED_MAX = 1_000;

const ALGORITHM = 'HS256';

/** The KMS encryption context of a signing secret. KMS unwraps the secret only for the same API and workspace. */
function encryptionContext(environment: Environment, apiId: string) {
  return { mintmark: 'signing-secret', issuer: required(environment, 'MINTMARK_ISSUER'), api: apiId };
}

/**
 * Lets KMS generate signing secrets of 32 bytes (GenerateDataKey). `make` returns the secret twice: as base64url for
 * the caller, and wrapped, as base64, for the table. It rejects with `temporarily_unavailable` if KMS fails.
 */
export function kmsSigningSecretMaker(environment: Environment): SigningSecretMaker {
  const KeyId = required(environment, 'MINTMARK_WRAPPING_KEY');
  return {
    make: async (apiId) => {
      const EncryptionContext = encryptionContext(environment, apiId);
      const { Plaintext, CiphertextBlob } = await kmsClient(environment)
        .send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes: SECRET_BYTES, EncryptionContext }))
        .catch(rethrowAsUnavailable);
      if (Plaintext?.length !== SECRET_BYTES) throw unavailable(new Error('KMS answered without a secret.'));
      return {
        secret: Buffer.from(Plaintext).toString('base64url'),
        wrapped: Buffer.from(CiphertextBlob ?? []).toString('base64'),
      };
    },
  };
}

const headerSchema = z.object({ alg: z.literal(ALGORITHM), kid: z.string(), typ: z.literal(ACCESS_TOKEN_TYPE) });

const audienceSchema = z.object({ aud: z.string() });

/**
 * Signs and verifies HS256 tokens with the secrets of APIs (RFC 7515). KMS unwraps each secret once for each process
 * (Decrypt). `sign` and `verify` reject with `temporarily_unavailable` if KMS fails; `read` does not verify anything.
 */
export function kmsSecretTokens(environment: Environment): SecretTokens {
  const issuer = required(environment, 'MINTMARK_ISSUER');
  const keyOf = secretReader(environment);
  return {
    sign: async (claims, secret) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: ALGORITHM, kid: secret.kid, typ: ACCESS_TOKEN_TYPE })
        .sign(await keyOf(secret)),
    read: (token) => {
      const jws = token.length > TOKEN_CHARACTERS_MAX ? undefined : readCompactJws(token);
      const header = headerSchema.safeParse(jws?.header).data;
      const payload = audienceSchema.safeParse(jws?.payload).data;
      return header && payload && { kid: header.kid, audience: payload.aud };
    },
    verify: async (token, secret) => {
      const claims = await verifiedPayload(token, await keyOf(secret));
      return claims?.iss === issuer ? claims : undefined;
    },
  };
}

async function verifiedPayload(token: string, secret: Uint8Array): Promise<AccessTokenClaims | undefined> {
  try {
    const { payload } = await compactVerify(token, secret, { algorithms: [ALGORITHM] });
    return accessTokenClaims.safeParse(JSON.parse(new TextDecoder().decode(payload))).data;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function secretReader(environment: Environment) {
  const unwrapped = new QuickLRU<string, Promise<Uint8Array>>({ maxSize: UNWRAPPED_MAX });
  return ({ apiId, kid, wrapped }: WrappedSecret): Promise<Uint8Array> => {
    const name = `${apiId}/${kid}`;
    const known = unwrapped.get(name);
    if (known !== undefined) return known;
    const reading = unwrap(environment, { apiId, wrapped }).catch((error: unknown) => {
      unwrapped.delete(name);
      return rethrowAsUnavailable(error);
    });
    unwrapped.set(name, reading);
    return reading;
  };
}

async function unwrap(environment: Environment, { apiId, wrapped }: Pick<WrappedSecret, 'apiId' | 'wrapped'>) {
  const { Plaintext } = await kmsClient(environment).send(
    new DecryptCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      CiphertextBlob: Buffer.from(wrapped, 'base64'),
      EncryptionContext: encryptionContext(environment, apiId),
    }),
  );
  if (Plaintext === undefined) throw new Error('KMS answered without a plaintext.');
  return Plaintext;
}
