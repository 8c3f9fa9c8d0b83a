import type { Digests } from '../ambient.ts';
import type { DomainError } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import { isSealedFor, sealedFormat } from '../keys/sealed-text.ts';
import { authorizationCodeKey } from '../people-records/authorization-code.ts';
import type { RecordReader } from '../records/look.ts';

const PREFIX = 'cod_';

/** `mmc_` + 22 characters (id) + 32 (random) + 8 (seal) + 6 (CRC32), all base62. */
const format = sealedFormat({ prefix: 'mmc', nameCharacters: 22 });

/** The same owner for all codes. The seal proves only that Mintmark made the code; its record names the application. */
const OWNER = 'authorization code';

/** The parts of an authorization code that decide about it. */
export interface AuthorizationCodeParts {
  readonly codeId: string;
  /** The code without its seal and checksum. */
  readonly body: string;
}

/** Makes an authorization code from 32 random bytes, which must be unpredictable. */
export async function writeAuthorizationCode(
  id: string,
  entropy: Uint8Array,
  pepper: Pepper,
): Promise<AuthorizationCodeParts & { readonly value: string }> {
  const { text: value, body } = await format.make({ name: id.slice(PREFIX.length), entropy, owner: OWNER }, pepper);
  return { value, codeId: id, body };
}

/** Reads an authorization code that Mintmark made; undefined for every other text. No record is needed. */
export async function readAuthorizationCode(text: string, pepper: Pepper): Promise<AuthorizationCodeParts | undefined> {
  const parts = format.parse(text);
  if (parts === undefined || !(await isSealedFor(OWNER, parts, pepper))) return undefined;
  return { codeId: PREFIX + parts.name, body: parts.body };
}

/**
 * A reader whose looks read the record of a presented code together with their first record, which saves a round trip.
 * Nothing about the code is decided by it: it may be no code of ours, or the code of another application.
 */
export function readingCodeAhead(presented: unknown, records: RecordReader): RecordReader {
  const parts = typeof presented === 'string' ? format.parse(presented) : undefined;
  if (parts === undefined) return records;
  const key = authorizationCodeKey(PREFIX + parts.name);
  return {
    open: (about) => {
      const look = records.open(about);
      // A failure shows when the code is asked for.
      look.findShortLived(key).catch(() => undefined);
      return look;
    },
  };
}

/** A code verifier: 43 to 128 characters (RFC 7636 §4.1). */
const CODE_VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** Checks a code verifier against the S256 challenge of the request (RFC 7636 §4.6). @throws DomainError `refuse()` */
export function assertIsVerifier(
  verifier: string,
  challenge: string,
  { digests }: { readonly digests: Digests },
  refuse: () => DomainError,
): void {
  if (!CODE_VERIFIER.test(verifier) || digests.digest(verifier) !== challenge) throw refuse();
}
