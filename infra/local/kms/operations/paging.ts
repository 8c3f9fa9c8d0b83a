import * as z from 'zod';
import { KmsError } from '../errors.ts';

/** The paging members of a List operation's input. */
export interface PageInput {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

/** Describes the paging members of a List operation. `limitMax` is the operation's largest page. */
export function pageMembers(limitMax: number) {
  return { Limit: z.int().min(1).max(limitMax).optional(), Marker: z.string().min(1).max(1024).optional() };
}

/**
 * Returns a page of a list, with the members `Truncated` and `NextMarker`.
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
