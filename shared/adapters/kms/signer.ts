import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { SignCommand } from '@aws-sdk/client-kms';
import type { StatusListSigner } from '#shared/domain/checks/publish-status-list.ts';
import type { IntrospectionSigner } from '#shared/domain/checks/sign-introspection.ts';
import { tokenTooLarge, unavailable } from '#shared/domain/errors.ts';
import { kmsSigningKey } from '#shared/domain/keys/signing-keys.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { SigningKey, SigningKeys } from '#shared/domain/records/signing-keys.ts';
import { ACCESS_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE, type TokenClaims } from '#shared/domain/tokens/access-token.ts';
import type { TokenSigner } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { kmsClient } from './kms-client.ts';
import { isSignatureOf, SCHEMES } from './signature-schemes.ts';
import { keyRing } from './signing-keys.ts';

const MESSAGE_BYTES_MAX = 4_096;

/** How old the keys may be for what is signed without a look at the records. */
const KEYS_SECONDS_MAX = 30;

/** Signs tokens with KMS: the private key never leaves it. */
export function kmsSigner(environment: Environment): TokenSigner {
  const sign = jwtSigner(environment);
  return { sign: (claims, algorithm, keys) => sign(tokenTypeFor(claims), claims, algorithm, keys) };
}

/** `typ` says of which kind a token is. */
export function tokenTypeFor({ scope }: TokenClaims): string {
  return scope === undefined ? LONG_LIVED_TOKEN_TYPE : ACCESS_TOKEN_TYPE;
}

/** Signs answers about tokens with the same keys. */
export function kmsIntrospectionSigner(environment: Environment): IntrospectionSigner {
  const sign = jwtSigner(environment);
  return { sign: (claims, algorithm) => sign('token-introspection+jwt', claims, algorithm) };
}

/** Signs status lists with the same keys; a list goes into its token in zlib's format (RFC 1950). */
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

/** What can be signed: it says when. */
interface DatedClaims {
  readonly iat: number;
}

/**
 * Signs JWTs of any type with the key that the workspace signs with in KMS now: by the record that the request has read,
 * else by one of some seconds ago.
 */
export function jwtSigner(environment: Environment) {
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
    return signWith(key, signingInput({ alg: algorithm, kid: key.kid, typ }, claims), environment);
  };
}

/** The part of a JWS that is signed (RFC 7515 §5.1). */
export function signingInput(header: object, claims: object): string {
  return `${encode(header)}.${encode(claims)}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** What was signed and its signature, as one text (RFC 7515 §7.1). */
export function compactJws(input: string, signature: Uint8Array): string {
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** A signature of another key, or none at all, never leaves this process: verifiers would refuse the token for good. */
async function signWith(key: SigningKey, input: string, environment: Environment): Promise<string> {
  const signature = await askKms(key, input, environment);
  if (!isSignatureOf(key, input, signature)) throw unavailable(new Error('KMS signed with another key.'));
  return compactJws(input, signature);
}

async function askKms({ custody, algorithm }: SigningKey, input: string, environment: Environment) {
  const { kmsAlgorithm: SigningAlgorithm, messageType: MessageType, toJose } = SCHEMES[algorithm];
  if (custody.type !== 'kms') throw unavailable(new Error('The private key is not in KMS any more.'));
  if (MessageType === 'RAW' && input.length > MESSAGE_BYTES_MAX) throw tokenTooLarge();
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
