import * as z from 'zod';
import type { JsonObject, JsonValue } from '#shared/domain/json.ts';
import type { IdentityScope } from '#shared/domain/people-records/authorization-request.ts';

const CONTROLS = String.raw`\x00-\x1F\x7F-\x9F`;

/** Text without control characters, in the dialect of patterns that tools for OpenAPI read: without `\p`. */
const NO_CONTROLS = new RegExp(`^[^${CONTROLS}]+$`);

/** Characters that nobody sees. They could mislead a reader of a log. */
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const NOT_PRINTABLE = 'must be printable text';

/** The greatest length of one value in a form. */
export const PARAMETER_CHARACTERS_MAX = 8_191;

/** The greatest length of a name. */
export const NAME_CHARACTERS = 128;

/** The greatest length of a description. */
export const DESCRIPTION_CHARACTERS = 256;

/** How many permissions a role, an API or a request may name. */
export const PERMISSIONS_MAX = 200;

/** Text for people, 1 to `max` characters, without control characters and without invisible characters. */
export function text(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(NO_CONTROLS, NOT_PRINTABLE)
    .refine((value) => !INVISIBLE.test(value), NOT_PRINTABLE);
}

/** The text of an id, made by Mintmark or by a caller. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** An id as paths and bodies carry it. */
export const id = z.string().regex(ID, 'must be 1 to 64 of A-Z a-z 0-9 _ -').min(1).max(64);

const NAMED_ROLES_MAX = 50;

/**
 * The roles of a principal in a request. The domain gives fewer (`ROLES_MAX`), but a principal of an earlier version may
 * have as many, and is written back as it was read.
 */
export const roleIds = z.array(id).max(NAMED_ROLES_MAX).meta({
  description: 'At most 20 roles; a principal that has more already keeps them',
});

/** Values that mean something else in the scope of a request: a refresh token, or claims about the person. */
const aboutPerson = ['openid', 'profile', 'email'] as const satisfies readonly IdentityScope[];
const RESERVED_SCOPES: readonly string[] = ['offline_access', ...aboutPerson];

/** A scope token of RFC 6749 §3.3, short enough for tables and lists, that has no other meaning in a scope. */
export const permissionValue = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be 1 to 128 visible ASCII characters without " and \\')
  .min(1)
  .max(128)
  .refine((value) => !RESERVED_SCOPES.includes(value), `must not be ${RESERVED_SCOPES.join(', ')}`);

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
  )
  .min(3);

const ORIGIN_CHARACTERS_MAX = 255;

/**
 * The origin of web pages as a browser sends it (RFC 6454 §6.2): `https://host` or `https://host:port`, in lower case
 * and without a default port. Only `localhost` may have http.
 */
export const webOrigin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.:[\]-]+$/, 'must be an origin such as https://console.example.com')
  .min(1)
  .max(ORIGIN_CHARACTERS_MAX)
  .refine(isSecureOrigin, 'must be https, or http on localhost, spelled as browsers send it');

function isSecureOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || hostname === 'localhost');
}

/** A domain name with at least one dot, in ASCII. Top-level domains of other scripts begin with `xn--` (RFC 5890 §2.3.2.1). */
export const domainName = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{0,58}[A-Za-z0-9])$/,
    'must be a domain such as example.com',
  )
  .min(4)
  .max(253);

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

/** A point in time in an answer: RFC 3339, in UTC. */
export const timestamp = z.iso.datetime();

const MOMENT_CHARACTERS_MAX = 64;

/**
 * A point in time in a request: RFC 3339 with any offset, as in `2027-01-15T09:00:00+01:00`, in upper or lower case. A
 * leap second counts as the second before it, because JavaScript's clock has none.
 */
export const moment = z
  .string()
  .max(MOMENT_CHARACTERS_MAX)
  .overwrite((text) => text.toUpperCase().replace(/:59:60(?=[.Z+-])/, ':59:59'))
  .pipe(z.iso.datetime({ offset: true, error: 'must be a time of RFC 3339; in a query, + is written as %2B' }))
  .meta({ format: 'date-time' });

/** A moment up to which all issued tokens are revoked, in seconds since 1970. */
export const tokensRevokedUntil = moment
  .transform((text) => Math.floor(Date.parse(text) / 1_000))
  .meta({
    format: 'date-time',
    description: 'Tokens issued up to this moment are invalid; it can only be moved forward',
  });

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
    .min(1)
    .max(3)
    .default('50')
    .transform(Number),
  cursor: z.string().min(1).max(1_024).optional(),
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
