import * as z from 'zod';
import type { JsonObject, JsonValue } from '#shared/domain/json.ts';

/** Printable text: no control characters, and no invisible characters, which could mislead a reader of a log. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** The greatest length of a name. */
export const NAME_CHARACTERS = 128;

/** The greatest length of a description. */
export const DESCRIPTION_CHARACTERS = 256;

/** How many roles a subject may have. */
export const ROLES_MAX = 50;

/** How many permissions a role, an API or a request may name. */
export const PERMISSIONS_MAX = 200;

/** Text for people, 1 to `max` characters. */
export function text(max: number) {
  return z.string().min(1).max(max).regex(PRINTABLE, 'must be printable text');
}

/** The text of an id, made by Mintmark or by a caller. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** An id as paths and bodies carry it. */
export const id = z.string().regex(ID, 'must be 1 to 64 of A-Z a-z 0-9 _ -');

/**
 * A scope token of RFC 6749 §3.3, short enough for tables and lists. `offline_access` is refused: in a request it asks
 * for a refresh token, and is not a permission.
 */
export const permissionValue = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be 1 to 128 visible ASCII characters without " and \\')
  .refine((value) => value !== 'offline_access', 'must not be offline_access');

/**
 * The identifier of an API: a URI without fragment (RFC 8707 §2). It is compared as it is written, and never called.
 * Only ASCII is allowed, so that no identifier looks like another (G8).
 */
export const apiIdentifier = z
  .string()
  .max(256)
  .regex(
    /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x24-\x3B\x3D\x3F-\x5B\x5D-\x7E]+$/,
    'must be an absolute URI without a fragment',
  );

/** Any JSON value. */
export const jsonValue: z.ZodType<JsonValue> = z.json();

/** A JSON object that is copied into access tokens. */
export const metadata = z.record(z.string(), jsonValue).transform((value) => value as JsonObject);

/**
 * A merge patch of metadata (RFC 7396): a member that is null is removed; null in place of the patch removes all
 * members.
 */
export const metadataPatch = metadata.nullish();

/** The longest lifetime of a credential: ten years. */
export const EXPIRY_SECONDS_MAX = 315_360_000;

/** The lifetime of a new credential, up to ten years. Absent or null means that it never expires. */
export const expiresInSeconds = z.int().min(1).max(EXPIRY_SECONDS_MAX).nullish();

const QUOTA_MAX = 1_000_000_000;

const tokensOrUnlimited = z.int().min(1).max(QUOTA_MAX).nullable();

/** How many access tokens a client may obtain. */
export const tokenQuota = z.strictObject({
  perHour: tokensOrUnlimited.meta({ description: 'The most tokens in an hour of UTC; null for no limit' }),
  perDay: tokensOrUnlimited.meta({ description: 'The most tokens on a day of UTC; null for no limit' }),
  enforce: z.boolean().meta({ description: 'False to report tokens beyond the quota, but not to refuse them' }),
});

/** The lifetime of access tokens of the token endpoint: a minute to a day. */
export const tokenLifetimeSeconds = z.int().min(60).max(86_400);

/** The kinds of API tokens: a secret that is exchanged for access tokens, or a long-lived JWT. */
export const apiTokenKind = z.enum(['client_credentials', 'access_token']);

/** A permission of an API, named by the API's identifier. */
export const namedPermission = z.strictObject({ api: apiIdentifier, value: permissionValue });

/** A point in time in ISO 8601. */
export const timestamp = z.iso.datetime();

/** A moment up to which all issued tokens are revoked, in seconds since 1970. */
export const tokensRevokedUntil = timestamp
  .transform((text) => Math.floor(Date.parse(text) / 1_000))
  .meta({ description: 'Tokens issued up to this moment are invalid; it can only be moved forward' });

/** Refuses a list with two items of the same key. */
export function unique<Items extends z.ZodType<readonly unknown[]>>(
  items: Items,
  key: (item: z.output<Items>[number]) => string,
) {
  return items.refine(
    (values) => new Set(values.map(key)).size === values.length,
    'must not name the same thing twice',
  );
}

/** The query of every list. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a number from 1 to 100')
    .default('50')
    .transform(Number),
  cursor: z.string().max(1_024).optional(),
});

/** The query of a list that can be read from either end. */
export const orderedQuery = pageQuery.extend({
  order: z.enum(['asc', 'desc']).default('asc').meta({ description: 'By time of creation' }),
});

/** The query of a list that can be searched. A page of a search can be short or empty, even if there is a next page. */
export const searchQuery = orderedQuery.extend({
  q: text(NAME_CHARACTERS).optional().meta({ description: 'A part of a name, description or id, in any case' }),
});

/** The query of a list of records that can be disabled. */
export const statusQuery = searchQuery.extend({ status: z.enum(['active', 'disabled']).optional() });

/** The query of a list of credentials, which can also expire. */
export const clientQuery = searchQuery.extend({
  status: z
    .enum(['active', 'disabled', 'expired'])
    .optional()
    .meta({ description: 'active: neither disabled nor expired' }),
});

/** The answer of every list: a page of items. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
