import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { SignCommand } from '@aws-sdk/client-kms';
import type { StatusListSigner } from '#shared/domain/checks/publish-status-list.ts';
import { answerTooLarge, type IntrospectionSigner } from '#shared/domain/checks/sign-introspection.ts';
import { type DomainError, tokenTooLarge, unavailable } from '#shared/domain/errors.ts';
import type { SigningKey, SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { kmsSigningKey } from '#shared/domain/keys/signing-keys.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE } from '#shared/domain/tokens/access-token.ts';
import type { TokenClaims } from '#shared/domain/tokens/claims.ts';
import type { IdTokenSigner, TokenSigner } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { kmsClient } from './kms-client.ts';
import { isSignatureOf, SCHEMES } from './signature-schemes.ts';
import { keyRing } from './signing-keys.ts';

/** The longest message that KMS signs without a digest (KMS Sign). */
const MESSAGE_BYTES_MAX = 4_096;

/** The highest age of the keys if the request has not read the record of the signing keys. */
const KEYS_SECONDS_MAX = 30;

/** Signs tokens with KMS (Sign). The private key never leaves KMS. `sign` rejects as `jwtSigner` says. */
export function kmsSigner(environment: Environment): TokenSigner & IdTokenSigner {
  const sign = jwtSigner(environment);
  return {
    sign: (claims, algorithm, keys) => sign(tokenTypeFor(claims), claims, algorithm, keys),
    signIdToken: (claims, algorithm, keys) => sign(ID_TOKEN_TYPE, claims, algorithm, keys),
  };
}

/** Returns the `typ` of a token's header: a token with a scope is an access token, others are long-lived tokens. */
export function tokenTypeFor({ scope }: TokenClaims): string {
  return scope === undefined ? LONG_LIVED_TOKEN_TYPE : ACCESS_TOKEN_TYPE;
}

/** Signs introspection responses (RFC 9701) with the keys that sign tokens. `sign` rejects as `jwtSigner` says. */
export function kmsIntrospectionSigner(environment: Environment): IntrospectionSigner {
  const sign = jwtSigner(environment, answerTooLarge);
  return { sign: (claims, algorithm) => sign('token-introspection+jwt', claims, algorithm) };
}

/**
 * Signs status lists with the keys that sign tokens. The bits are compressed in zlib's format (RFC 1950) and encoded as
 * base64url. `sign` rejects as `jwtSigner` says.
 */
export function kmsStatusListSigner(environment: Environment): StatusListSigner {
  const sign = jwtSigner(environment);
  return {
    algorithms: keyRing(environment).algorithms,
    sign: ({ statuses, ...claims }, algorithm) => {
      const lst = deflateSync(statuses, { level: 9 }).toString('base64url');
      const signed = { ...claims, status_list: { bits: 1, lst } };
      return sign('statuslist+jwt', signed, algorithm);
    },
  };
}

/** Claims with their time of issue, in seconds: it decides which key signs. */
interface DatedClaims {
  readonly iat: number;
}

/**
 * Signs JWTs of any type with the workspace's current signing key in KMS. It chooses the key from the record that the
 * request has read, or from keys that are at most 30 s old. The returned function rejects with
 * `temporarily_unavailable` if KMS or DynamoDB fails or there is no key, and as `tooLarge` says, or else with
 * `invalid_scope`, if a JWT with EdDSA has more than 4096 bytes.
 */
export function jwtSigner(environment: Environment, tooLarge: () => DomainError = tokenTooLarge) {
  const ring = keyRing(environment);
  return async (
    typ: string,
    claims: DatedClaims,
    algorithm: SigningAlgorithm,
    stored?: SigningKeys,
  ): Promise<string> => {
    const { iat } = claims;
    const keys = stored === undefined ? await ring.recent(KEYS_SECONDS_MAX, iat) : await ring.of(stored, iat);
    const key = kmsSigningKey(keys, algorithm);
    if (key === undefined) throw unavailable(new Error(`The workspace has no signing key for ${algorithm}.`));
    const input = signingInput({ alg: algorithm, kid: key.kid, typ }, claims);
    if (SCHEMES[algorithm].messageType === 'RAW' && input.length > MESSAGE_BYTES_MAX) throw tooLarge();
    return signWith(key, input, environment);
  };
}

/** Builds the signing input of a JWS: header and claims in base64url, joined by a dot (RFC 7515 §5.1). */
export function signingInput(header: object, claims: object): string {
  return `${encode(header)}.${encode(claims)}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Appends the signature to the signing input: the compact serialization of a JWS (RFC 7515 §7.1). */
export function compactJws(input: string, signature: Uint8Array): string {
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/**
 * Signs with KMS and verifies the signature before it leaves this process. A token with a wrong signature never becomes
 * valid.
 */
async function signWith(key: SigningKey, input: string, environment: Environment): Promise<string> {
  const signature = await askKms(key, input, environment);
  if (!isSignatureOf(key, input, signature)) throw unavailable(new Error('KMS signed with another key.'));
  return compactJws(input, signature);
}

async function askKms({ custody, algorithm }: SigningKey, input: string, environment: Environment) {
  const { kmsAlgorithm: SigningAlgorithm, messageType: MessageType, toJose } = SCHEMES[algorithm];
  if (custody.type !== 'kms') throw unavailable(new Error('The private key is not in KMS any more.'));
  const Message = MessageType === 'RAW' ? Buffer.from(input) : createHash('sha256').update(input).digest();
  try {
    const { Signature = new Uint8Array() } = await kmsClient(environment).send(
      new SignCommand({ KeyId: custody.keyArn, Message, MessageType, SigningAlgorithm }),
    );
    return toJose(Signature);
  } catch (error) {
    return rethrowAsUnavailable(error);
  }
}
