import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { TokenStatus } from './claims.ts';

/**
 * The number of tokens on a list. A list has this length from its first token on, because verifiers refuse an index
 * beyond its end.
 */
export const LIST_LENGTH = 1_024;

/** The number of a list begins with the day on which its tokens are issued, so the number tells when the list ends. */
const LISTS_PER_DAY_MAX = 10_000_000;

const DAY_SECONDS = 86_400;

/** How far the clocks of processes that issue tokens and of processes that publish lists may differ. */
const LIST_CLOCK_SKEW_SECONDS = 60;

const LIST_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;

const PATH = '/.well-known/status/';

/** The bit of a token: the number of the list, and the index in it. */
export interface StatusPlace {
  readonly list: number;
  readonly index: number;
}

/** The claim `status` of a token with this place. */
export function tokenStatus({ list, index }: StatusPlace, issuer: string): TokenStatus {
  return { status_list: { idx: index, uri: statusListUri(list, issuer) } };
}

/** The URL where a list is published, which is also the claim `sub` of the list. */
export function statusListUri(list: number, issuer: string): string {
  return `${issuer}${PATH}${list}`;
}

/** The place that the claim `status` names; undefined for a place that no token of this issuer can have. */
export function placeOf({ status_list: { idx, uri } }: TokenStatus, issuer: string): StatusPlace | undefined {
  const start = issuer + PATH;
  const list = uri.startsWith(start) ? listNumber(uri.slice(start.length)) : undefined;
  return list === undefined || idx < 0 || idx >= LIST_LENGTH ? undefined : { list, index: idx };
}

/** The number of a list from the last part of its URL; undefined for other text. */
export function listNumber(text: string): number | undefined {
  return LIST_NUMBER.test(text) ? Number(text) : undefined;
}

/** The day of a moment, counted from 1970 (UTC). */
export function dayAt(nowSeconds: number): number {
  return Math.floor(nowSeconds / DAY_SECONDS);
}

/** The next place of a day on which `others` tokens have a place already. */
export function placeAfter(day: number, others: number): StatusPlace {
  return { list: day * LISTS_PER_DAY_MAX + Math.floor(others / LIST_LENGTH), index: others % LIST_LENGTH };
}

/** The day of a list, and the number of tokens that got a place on that day before the first token of the list. */
export function beginningOf(list: number): { readonly day: number; readonly others: number } {
  const day = Math.floor(list / LISTS_PER_DAY_MAX);
  return { day, others: (list - day * LISTS_PER_DAY_MAX) * LIST_LENGTH };
}

/**
 * Whether the tokens of a list can be active: the day of the list has begun, and its last token can still be unexpired.
 */
export function mayHaveActiveTokens(list: number, nowSeconds: number): boolean {
  const begins = beginningOf(list).day * DAY_SECONDS;
  const ends = begins + DAY_SECONDS + ACCESS_TOKEN_LIFETIME_SECONDS_MAX;
  return begins - LIST_CLOCK_SKEW_SECONDS <= nowSeconds && nowSeconds < ends + LIST_CLOCK_SKEW_SECONDS;
}
