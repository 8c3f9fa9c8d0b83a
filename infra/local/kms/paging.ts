import * as z from 'zod';
import { KmsError } from './errors.ts';

/** The members every List operation takes. */
export interface PageInput {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

/** The paging members of a List operation with its own upper bound. */
export function pageMembers(limitMax: number) {
  return { Limit: z.int().min(1).max(limitMax).optional(), Marker: z.string().min(1).max(1024).optional() };
}

/**
 * One page of a list, with `Truncated` and the `NextMarker` that continues it.
 *
 * @throws KmsError InvalidMarkerException
 */
export function pageOf<Item>(items: readonly Item[], { Limit, Marker = '0' }: PageInput, defaultLimit: number) {
  if (!/^\d{1,9}$/.test(Marker)) throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');

  const start = Number(Marker);
  const end = start + (Limit ?? defaultLimit);
  const continuation = end < items.length ? { Truncated: true, NextMarker: String(end) } : { Truncated: false };
  return { items: items.slice(start, end), continuation };
}
