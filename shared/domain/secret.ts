import { crc32 } from 'node:zlib';
import { toBase62 } from './base62.ts';
import type { Pepper, SecretHasher } from './crypto-ports.ts';
import type { Clock, Random } from './ports.ts';
import type { StoredSecret } from './records.ts';

/**
 * A secret: `mms_` + 6 (selector) + 32 (random) + 8 (seal) + 6 (CRC32), all base62.
 * The parts are checked from the cheapest to the dearest, so that a guess buys nobody a database read or a hash.
 */
const SHAPE =
  /^(?<body>mms_(?<selector>[0-9A-Za-z]{6})[0-9A-Za-z]{32})(?<seal>[0-9A-Za-z]{8})(?<checksum>[0-9A-Za-z]{6})$/;
const SELECTOR_CHARACTERS = 6;
const RANDOM_CHARACTERS = 32;
const CHECKSUM_CHARACTERS = 6;

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
  const body = `mms_${selector}${toBase62(ports.random.bytes(32), RANDOM_CHARACTERS)}`;
  const sealed = body + (await ports.pepper.seal(sealedMessage(clientId, body)));
  const value = sealed + checksum(sealed);
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
  const groups = SHAPE.exec(value)?.groups as Record<'selector' | 'body' | 'seal' | 'checksum', string> | undefined;
  if (groups === undefined) return undefined;
  if (checksum(groups.body + groups.seal) !== groups.checksum) return undefined;
  return { selector: groups.selector, body: groups.body, seal: groups.seal };
}

/** Whether Mintmark itself made this secret for this client, told without reading any record. */
export function isGenuine(clientId: string, parts: SecretParts, pepper: Pepper): Promise<boolean> {
  return pepper.isSealed(sealedMessage(clientId, parts.body), parts.seal);
}

function sealedMessage(clientId: string, body: string): string {
  return `${clientId}\n${body}`;
}

function checksum(text: string): string {
  const sum = crc32(text);
  return toBase62(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum), CHECKSUM_CHARACTERS);
}
