import * as z from 'zod';
import type { JsonObject } from '#shared/domain/json.ts';

/** Printable text: no control characters, nothing invisible that could fool a reader of a list or a log. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** How long names and descriptions may be. */
export const NAME_CHARACTERS = 128;

export const DESCRIPTION_CHARACTERS = 256;

/** How many roles somebody may have, and how many permissions a role or an API. */
export const ROLES_MAX = 50;

export const PERMISSIONS_MAX = 200;

/** Text for people, 1 to `max` characters. */
export function text(max: number) {
  return z.string().min(1).max(max).regex(PRINTABLE, 'must be printable text');
}

/** Ids are what Mintmark or its callers made them; no other text can name anything. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** An id as paths and bodies carry it. */
export const id = z.string().regex(ID, 'must be 1 to 64 of A-Z a-z 0-9 _ -');

/**
 * A scope token of RFC 6749 §3.3, short enough for tables and lists; not `offline_access`, which in a request is no
 * permission.
 */
export const permissionValue = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be 1 to 128 visible ASCII characters without " and \\')
  .refine((value) => value !== 'offline_access', 'must not be offline_access');

/**
 * An API's identifier: a URI without fragment (RFC 8707 §2). Compared as it is written and never called; ASCII only, as
 * URIs are, so that none looks like another (G8).
 */
export const apiIdentifier = z
  .string()
  .max(256)
  .regex(
    /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x24-\x3B\x3D\x3F-\x5B\x5D-\x7E]+$/,
    'must be an absolute URI without a fragment',
  );

/** Any JSON value. */
export const jsonValue = z.json();

/** A JSON object that is copied into access tokens. */
export const metadata = z.record(z.string(), jsonValue).transform((value) => value as JsonObject);

/** A merge patch of metadata (RFC 7396): null members remove, null as a whole removes everything. */
export const metadataPatch = metadata.nullish();

/** Ten years. */
export const EXPIRY_SECONDS_MAX = 315_360_000;

/** Up to ten years; absent or null for never. */
export const expiresInSeconds = z.int().min(1).max(EXPIRY_SECONDS_MAX).nullish();

const QUOTA_MAX = 1_000_000_000;

const tokensOrUnlimited = z.int().min(1).max(QUOTA_MAX).nullable();

/** How many access tokens a client may obtain. */
export const tokenQuota = z.object({
  perHour: tokensOrUnlimited.meta({ description: 'In an hour of UTC; null for any number' }),
  perDay: tokensOrUnlimited.meta({ description: 'On a day of UTC; null for any number' }),
  enforce: z.boolean().meta({ description: 'False where what is beyond is told and not refused' }),
});

/** How long exchanged access tokens live: a minute to a day. */
export const tokenLifetimeSeconds = z.int().min(60).max(86_400);

/** How an API token works: its secret is exchanged, or it is a long-lived JWT itself. */
export const apiTokenKind = z.enum(['client_credentials', 'access_token']);

/** A permission of an API, named by the API's identifier. */
export const namedPermission = z.object({ api: apiIdentifier, value: permissionValue });

/** A point in time on the wire. */
export const timestamp = z.iso.datetime();

/** For changes that revoke whatever was issued up to a moment. */
export const tokensRevokedUntil = timestamp
  .transform((text) => Math.floor(Date.parse(text) / 1_000))
  .meta({ description: 'Tokens that were issued until then are worth nothing; it only moves forward' });

/** A list that names nothing twice. */
export function unique<Items extends z.ZodType<readonly unknown[]>>(
  items: Items,
  key: (item: z.output<Items>[number]) => string,
) {
  return items.refine((values) => new Set(values.map(key)).size === values.length, 'must not name one thing twice');
}

/** Every list's query. */
export const pageQuery = z.object({
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

/** The query of a list that can be searched. Pages of a search may be short or empty and still have a next one. */
export const searchQuery = orderedQuery.extend({
  q: text(NAME_CHARACTERS).optional().meta({ description: 'A part of a name, description or id, in any case' }),
});

/** The query of a list of things that can be disabled. */
export const statusQuery = searchQuery.extend({ status: z.enum(['active', 'disabled']).optional() });

/** The query of a list of credentials, which can also expire. */
export const clientQuery = searchQuery.extend({
  status: z
    .enum(['active', 'disabled', 'expired'])
    .optional()
    .meta({ description: 'active is what works now: neither disabled nor expired' }),
});

/** Every list's answer. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
