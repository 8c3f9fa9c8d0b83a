import type { Clock, Digests, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import { newId } from '../ids.ts';
import { type LoginLink, loginLinkKey } from '../people-records/login-attempt.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';

/** How long a link works. */
const LINK_LIFETIME_SECONDS = 600;

const SECRET_BYTES = 32;

const SECRET_CHARACTERS = 43;

interface Ports {
  readonly records: RecordReader;
  readonly interactions: ShortLivedWriter<'loginLink'>;
  readonly digests: Digests;
  readonly clock: Clock;
}

/**
 * Makes a link by which a user logs in once. A new link of a user replaces the old one. The result is the last part of
 * the link: the user's id, a dot, and 256 random bits, of which only the digest is stored.
 */
export async function makeLoginLink(
  userId: string,
  { records, interactions, digests, clock, random }: Ports & { readonly random: Random },
): Promise<string> {
  const key = loginLinkKey(userId);
  const before = await records.open(`link of ${userId}`).findShortLived(key);
  const secret = toBase62(random.bytes(SECRET_BYTES), SECRET_CHARACTERS);
  const link: LoginLink = {
    id: newId('itx', random),
    secretDigest: digests.digest(secret),
    userId,
    isUsed: false,
    expiresAtSeconds: clock.nowSeconds() + LINK_LIFETIME_SECONDS,
    version: (before?.version ?? 0) + 1,
  };
  if (!(await interactions.write(key, link)))
    return makeLoginLink(userId, { records, interactions, digests, clock, random });
  return `${userId}.${secret}`;
}

/** Finds the user of a link that still works; undefined for every other text. Reading uses nothing up. */
export async function findLoginLink(
  text: string,
  { records, digests, clock }: Omit<Ports, 'interactions'>,
): Promise<LoginLink | undefined> {
  const [userId = '', secret = '', ...others] = text.split('.');
  if (secret.length !== SECRET_CHARACTERS || others.length > 0 || userId === '') return undefined;
  const link = await records.open(`link of ${userId}`).findShortLived(loginLinkKey(userId));
  const isRight = link?.secretDigest === digests.digest(secret);
  return isRight && !link.isUsed && link.expiresAtSeconds > clock.nowSeconds() ? link : undefined;
}

/** Uses a link up. Resolves with false if another request was faster. */
export function useLoginLink(link: LoginLink, { interactions }: Pick<Ports, 'interactions'>): Promise<boolean> {
  return interactions.write(loginLinkKey(link.userId), { ...link, isUsed: true, version: link.version + 1 });
}
