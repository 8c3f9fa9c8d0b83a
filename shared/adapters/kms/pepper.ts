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

/** No process goes on with what was replaced or taken out longer than this. */
const KNOWN_MILLISECONDS_MAX = 300_000;

/** An unknown seal may be one of a new pepper; whoever makes seals up buys no more than one read for this long. */
const UNKNOWN_MILLISECONDS_MIN = 60_000;

type Peppers = readonly KeyObject[];

/**
 * Seals with the workspace's current pepper, and recognises the seals of all that were not taken out. KMS unwraps each
 * once for the life of the process; which ones there are is read again after five minutes. Where that fails, those
 * that are known go on.
 */
export function kmsPepper(environment: Environment, nowMilliseconds = () => performance.now()): Pepper {
  const unwrap = rememberUnwrapped(environment);
  let known: Promise<Peppers> | undefined;
  let readAtMilliseconds = 0;
  const read = () => {
    readAtMilliseconds = nowMilliseconds();
    return readAll(environment, unwrap);
  };
  /** Reads again what was read so long ago. */
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

/** As a key object, because an HMAC with one takes a fifth of the time that it takes with bytes. */
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
  if (pepper === undefined) throw new Error('There is no pepper.');
  return toBase62(createHmac('sha256', pepper).update(message).digest(), SEAL_CHARACTERS);
}

function isEqual(expected: string, seal: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(seal)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
