import type { Clock, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import type { Pepper } from '../keys/ports.ts';
import { isSealedFor, sealedFormat } from '../keys/sealed-text.ts';
import type { StoredSecret } from '../records/client.ts';
import type { SecretHasher } from './ports.ts';

const SELECTOR_CHARACTERS = 6;

/** A secret: `mms_` + 6 (selector) + 32 (random) + 8 (seal) + 6 (CRC32), all base62. */
const format = sealedFormat({ prefix: 'mms', nameCharacters: SELECTOR_CHARACTERS });

export interface SecretParts {
  /** Names which of a client's secrets this is, however many are live. */
  readonly selector: string;
  readonly body: string;
  readonly seal: string;
}

/** A fresh secret: `value` is shown once and never kept, `stored` is kept and never shown. */
export interface NewSecret {
  readonly value: string;
  readonly stored: StoredSecret;
}

/** For whom a secret is to be, and for how long. */
export interface SecretRequest {
  readonly clientId: string;
  readonly createdBy: string;
  readonly title?: string | undefined;
  readonly expiresAtSeconds?: number | undefined;
}

/** Makes a secret of 190 random bits for one client. */
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

/** Names one more secret of a client. */
export function newSelector(random: Random): string {
  return toBase62(random.bytes(16), SELECTOR_CHARACTERS);
}

/** The parts of a well-formed secret; undefined for anything with another shape or a wrong checksum. */
export function parseSecret(value: string): SecretParts | undefined {
  const parts = format.parse(value);
  return parts && { selector: parts.name, body: parts.body, seal: parts.seal };
}

/** Whether Mintmark itself made this secret for this client, told without reading any record. */
export function isGenuine(clientId: string, parts: SecretParts, pepper: Pepper): Promise<boolean> {
  return isSealedFor(clientId, parts, pepper);
}
