import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { TokenStatus } from './claims.ts';

/**
 * How many tokens one list is about. It is published at this length from the first one on, because verifiers refuse an
 * index that lies beyond the end.
 */
export const LIST_LENGTH = 1_024;

/** Lists are numbered by the day on which their tokens are issued, so that a number tells when a list is over. */
const LISTS_PER_DAY_MAX = 10_000_000;

const DAY_SECONDS = 86_400;

/** How far the clocks of the processes that issue tokens and of those that publish lists may lie apart. */
const LIST_CLOCK_SKEW_SECONDS = 60;

const LIST_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;

const PATH = '/.well-known/status/';

/** A token's own bit: which list, and which bit of it. */
export interface StatusPlace {
  readonly list: number;
  readonly index: number;
}

/** What a token says of its place. */
export function tokenStatus({ list, index }: StatusPlace, issuer: string): TokenStatus {
  return { status_list: { idx: index, uri: statusListUri(list, issuer) } };
}

/** Where a list is published; its `sub` too. */
export function statusListUri(list: number, issuer: string): string {
  return `${issuer}${PATH}${list}`;
}

/** The place that a token of ours says it has; undefined for one that no token of ours has. */
export function placeOf({ status_list: { idx, uri } }: TokenStatus, issuer: string): StatusPlace | undefined {
  const start = issuer + PATH;
  const list = uri.startsWith(start) ? listNumber(uri.slice(start.length)) : undefined;
  return list === undefined || idx < 0 || idx >= LIST_LENGTH ? undefined : { list, index: idx };
}

/** A list's number, as it stands in its path; undefined for other text. */
export function listNumber(text: string): number | undefined {
  return LIST_NUMBER.test(text) ? Number(text) : undefined;
}

/** The day, counted from 1970, that a moment falls on (UTC). */
export function dayAt(nowSeconds: number): number {
  return Math.floor(nowSeconds / DAY_SECONDS);
}

/** The place of the token that is issued on a day after so many others. */
export function placeAfter(day: number, others: number): StatusPlace {
  return { list: day * LISTS_PER_DAY_MAX + Math.floor(others / LIST_LENGTH), index: others % LIST_LENGTH };
}

/** The day of a list, and how many tokens were given a place on that day before the list's first one. */
export function beginningOf(list: number): { readonly day: number; readonly others: number } {
  const day = Math.floor(list / LISTS_PER_DAY_MAX);
  return { day, others: (list - day * LISTS_PER_DAY_MAX) * LIST_LENGTH };
}

/** Whether a token that is on this list may be alive: the list's day has begun, and its last token may not have expired. */
export function mayHoldLivingTokens(list: number, nowSeconds: number): boolean {
  const begins = beginningOf(list).day * DAY_SECONDS;
  const ends = begins + DAY_SECONDS + ACCESS_TOKEN_LIFETIME_SECONDS_MAX;
  return begins - LIST_CLOCK_SKEW_SECONDS <= nowSeconds && nowSeconds < ends + LIST_CLOCK_SKEW_SECONDS;
}
