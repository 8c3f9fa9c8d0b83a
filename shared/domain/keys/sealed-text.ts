import { crc32 } from 'node:zlib';
import { toBase62 } from '../base62.ts';
import type { Pepper } from './ports.ts';

const RANDOM_CHARACTERS = 32;

const SEAL_CHARACTERS = 8;

const CHECKSUM_CHARACTERS = 6;

/** One kind of credential: `prefix`, `_`, and so many characters that name something. */
interface Kind {
  readonly prefix: string;
  readonly nameCharacters: number;
}

/** What a credential consists of, its checksum being right. */
export interface SealedParts {
  readonly name: string;
  /** Everything in front of the seal. */
  readonly body: string;
  readonly seal: string;
}

/** A credential to be made. */
interface SealRequest {
  readonly name: string;
  /** 32 bytes that nobody can guess. */
  readonly entropy: Uint8Array;
  /** For whom it is to be; the seal holds for nobody else. */
  readonly owner: string;
}

/** Makes and reads credentials of one kind. */
interface SealedFormat {
  make(request: SealRequest, pepper: Pepper): Promise<{ readonly text: string; readonly body: string }>;
  /** The parts of a well-formed credential; undefined for anything with another shape or a wrong checksum. */
  parse(text: string): SealedParts | undefined;
}

/**
 * The form of credentials: prefix + name + 32 (190 random bits) + 8 (seal) + 6 (CRC32), all base62. The parts are checked
 * from the cheapest to the dearest, so that a guess buys nobody a database read or a hash.
 */
export function sealedFormat({ prefix, nameCharacters }: Kind): SealedFormat {
  const shape = new RegExp(
    `^(?<body>${prefix}_(?<name>${base62(nameCharacters)})${base62(RANDOM_CHARACTERS)})` +
      `(?<seal>${base62(SEAL_CHARACTERS)})(?<checksum>${base62(CHECKSUM_CHARACTERS)})$`,
  );
  return {
    make: async ({ name, entropy, owner }, pepper) => {
      const body = `${prefix}_${name}${toBase62(entropy, RANDOM_CHARACTERS)}`;
      const sealed = body + (await pepper.seal(sealedMessage(owner, body)));
      return { text: sealed + checksum(sealed), body };
    },
    parse: (text) => {
      const groups = shape.exec(text)?.groups as (SealedParts & { readonly checksum: string }) | undefined;
      if (groups === undefined || checksum(groups.body + groups.seal) !== groups.checksum) return undefined;
      return { name: groups.name, body: groups.body, seal: groups.seal };
    },
  };
}

/** Whether Mintmark itself made this for its owner, told without reading any record. */
export function isSealedFor(
  owner: string,
  { body, seal }: Omit<SealedParts, 'name'>,
  pepper: Pepper,
): Promise<boolean> {
  return pepper.isSealed(sealedMessage(owner, body), seal);
}

function base62(characters: number): string {
  return `[0-9A-Za-z]{${characters}}`;
}

function sealedMessage(owner: string, body: string): string {
  return `${owner}\n${body}`;
}

function checksum(text: string): string {
  const sum = crc32(text);
  return toBase62(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum), CHECKSUM_CHARACTERS);
}
