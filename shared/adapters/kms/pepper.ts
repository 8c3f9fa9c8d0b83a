import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { DecryptCommand } from '@aws-sdk/client-kms';
import { toBase62 } from '#shared/domain/base62.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';
import { PEPPER_CONTEXT, readPepperItem } from './pepper-item.ts';

const SEAL_CHARACTERS = 8;

/** A process uses a pepper for at most this long after it was removed. */
const KNOWN_MILLISECONDS_MAX = 300_000;

/**
 * An unknown seal may be made with a new pepper, so the peppers are read again; but only once in this time, because a
 * caller can invent any number of seals.
 */
const UNKNOWN_MILLISECONDS_MIN = 60_000;

type Peppers = readonly KeyObject[];

/**
 * Seals secrets with the workspace's current pepper, and checks seals with all its peppers. A seal is the start of an
 * HMAC-SHA-256 (RFC 2104), as eight base62 characters. KMS unwraps each pepper once for each process (Decrypt). The
 * list of peppers is read again after five minutes; if that fails, the known peppers stay in use. The methods reject
 * with `temporarily_unavailable` if a process cannot read its first peppers.
 */
export function kmsPepper(environment: Environment, nowMilliseconds = () => performance.now()): Pepper {
  const unwrap = rememberUnwrapped(environment);
  let known: Promise<Peppers> | undefined;
  let readAtMilliseconds = 0;
  const read = () => {
    readAtMilliseconds = nowMilliseconds();
    return readAll(environment, unwrap);
  };
  /** Returns the known peppers, or reads them again if the last reading is this old. */
  const peppers = (notOlderThanMilliseconds: number): Promise<Peppers> => {
    if (known === undefined) {
      known = read().catch((error: unknown) => {
        known = undefined;
        return rethrowAsUnavailable(error);
      });
    } else if (nowMilliseconds() - readAtMilliseconds >= notOlderThanMilliseconds) {
      const before = known;
      known = read().catch(() => before);
    }
    return known;
  };
  return {
    seal: async (message) => {
      const [current] = await peppers(KNOWN_MILLISECONDS_MAX);
      return sealWith(current, message);
    },
    isSealed: async (message, seal) => {
      const isSealedBy = (all: Peppers) =>
        all.map((pepper) => sealWith(pepper, message)).some((expected) => isEqual(expected, seal));
      if (isSealedBy(await peppers(KNOWN_MILLISECONDS_MAX))) return true;
      return isSealedBy(await peppers(UNKNOWN_MILLISECONDS_MIN));
    },
  };
}

async function readAll(environment: Environment, unwrap: (wrapped: string) => Promise<KeyObject>): Promise<Peppers> {
  const item = await readPepperItem(environment);
  if (item === undefined) throw new Error('The workspace is not bootstrapped: invoke the bootstrap function first.');
  return Promise.all(item.peppers.map(({ wrapped }) => unwrap(wrapped)));
}

function rememberUnwrapped(environment: Environment): (wrapped: string) => Promise<KeyObject> {
  const unwrapped = new Map<string, KeyObject>();
  return async (wrapped) => {
    const pepper = unwrapped.get(wrapped) ?? (await unwrapByKms(environment, wrapped));
    unwrapped.set(wrapped, pepper);
    return pepper;
  };
}

/** Returns a key object, because an HMAC with a key object takes a fifth of the time of an HMAC with bytes. */
async function unwrapByKms(environment: Environment, wrapped: string): Promise<KeyObject> {
  const { Plaintext } = await kmsClient(environment).send(
    new DecryptCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      CiphertextBlob: Buffer.from(wrapped, 'base64'),
      EncryptionContext: PEPPER_CONTEXT,
    }),
  );
  if (Plaintext === undefined) throw new Error('KMS answered without a plaintext.');
  return createSecretKey(Plaintext);
}

function sealWith(pepper: KeyObject | undefined, message: string): string {
  if (pepper === undefined) throw new Error('The workspace has no pepper.');
  return toBase62(createHmac('sha256', pepper).update(message).digest(), SEAL_CHARACTERS);
}

function isEqual(expected: string, seal: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(seal)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
