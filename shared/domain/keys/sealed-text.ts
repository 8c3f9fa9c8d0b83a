import { crc32 } from 'node:zlib';
import { toBase62 } from '../base62.ts';
import type { Pepper } from './ports.ts';

const RANDOM_CHARACTERS = 32;

const SEAL_CHARACTERS = 8;

const CHECKSUM_CHARACTERS = 6;

/** A kind of credential: the text begins with `prefix` and `_`, and then a name of this many characters. */
interface Kind {
  readonly prefix: string;
  readonly nameCharacters: number;
}

/** The parts of a credential whose checksum is right. */
export interface SealedParts {
  readonly name: string;
  /** The text before the seal. */
  readonly body: string;
  readonly seal: string;
}

/** The parts of a credential that is to be made. */
interface SealRequest {
  readonly name: string;
  /** 32 random bytes. */
  readonly entropy: Uint8Array;
  /** The owner of the credential, for example a client id. The seal is valid for this owner only. */
  readonly owner: string;
}

/** Makes and reads credentials of one kind. */
interface SealedFormat {
  /** Makes a credential: `text` is the whole credential, `body` the part before the seal. */
  make(request: SealRequest, pepper: Pepper): Promise<{ readonly text: string; readonly body: string }>;
  /** Reads the parts of a credential; undefined for a text with another shape or a wrong checksum. */
  parse(text: string): SealedParts | undefined;
}

/**
 * Defines a format of credentials: prefix, `_`, name, 32 random characters (190 bits), 8 characters of seal and 6 of
 * CRC32, all base62. The cheapest part is checked first, so that a guess never costs a database read or a hash.
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

/** Whether Mintmark itself made a credential for this owner. The answer needs no database read. */
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
