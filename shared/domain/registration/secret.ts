import type { Clock, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import type { Pepper } from '../keys/ports.ts';
import { isSealedFor, sealedFormat } from '../keys/sealed-text.ts';
import type { StoredSecret } from '../records/client.ts';
import type { SecretHasher } from './ports.ts';

const SELECTOR_CHARACTERS = 6;

/** The format of a secret: `mms_`, 6 characters of selector, 32 random, 8 of seal and 6 of CRC32, all base62. */
const format = sealedFormat({ prefix: 'mms', nameCharacters: SELECTOR_CHARACTERS });

/** The parts of a secret whose checksum is right. */
export interface SecretParts {
  /** Names this secret among all secrets of the client. */
  readonly selector: string;
  readonly body: string;
  readonly seal: string;
}

/** A new secret. `value` is shown once and never stored; `stored` is stored, and its hash is never shown. */
export interface NewSecret {
  readonly value: string;
  readonly stored: StoredSecret;
}

/** The client that a secret is for, and the moment at which it expires. */
export interface SecretRequest {
  readonly clientId: string;
  readonly createdBy: string;
  readonly title?: string | undefined;
  readonly expiresAtSeconds?: number | undefined;
}

/** Makes a secret with 190 random bits for one client. */
export async function newSecret(
  { clientId, createdBy, title, expiresAtSeconds }: SecretRequest,
  ports: { readonly random: Random; readonly pepper: Pepper; readonly hasher: SecretHasher; readonly clock: Clock },
): Promise<NewSecret> {
  const selector = newSelector(ports.random);
  const entropy = ports.random.bytes(32);
  const { text: value } = await format.make({ name: selector, entropy, owner: clientId }, ports.pepper);
  const hash = await ports.hasher.hash(value);
  const createdAtSeconds = ports.clock.nowSeconds();
  const lastFour = value.slice(-4);
  return { value, stored: { selector, hash, lastFour, title, createdBy, createdAtSeconds, expiresAtSeconds } };
}

/** Makes a random selector for a new secret of a client. */
export function newSelector(random: Random): string {
  return toBase62(random.bytes(16), SELECTOR_CHARACTERS);
}

/** Reads the parts of a secret; undefined for a text with another shape or a wrong checksum. */
export function parseSecret(value: string): SecretParts | undefined {
  const parts = format.parse(value);
  return parts && { selector: parts.name, body: parts.body, seal: parts.seal };
}

/** Whether Mintmark itself made a secret for this client. The answer needs no database read. */
export function isGenuine(clientId: string, parts: SecretParts, pepper: Pepper): Promise<boolean> {
  return isSealedFor(clientId, parts, pepper);
}
