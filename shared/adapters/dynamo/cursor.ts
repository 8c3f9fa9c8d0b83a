import { Buffer } from 'node:buffer';
import { DomainError } from '#shared/domain/errors.ts';

const ORDER = /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z)#(?<key>[\x21-\x7E]+)$/;

/**
 * A cursor is the last item's place in its list and nothing else: the list itself always comes from the path. What
 * leaves Mintmark carries a seal besides (`shared/http/cursors.ts`).
 */
export function writeCursor(order: string): string {
  return Buffer.from(order).toString('base64url');
}

/**
 * The place that a cursor names, with the key of the item there.
 * @throws DomainError `invalid_request`
 */
export function readCursor(cursor: string): { readonly order: string; readonly key: string } {
  const order = Buffer.from(cursor, 'base64url').toString();
  const { time = '', key } = ORDER.exec(order)?.groups ?? {};
  if (key === undefined || Number.isNaN(Date.parse(time))) {
    throw new DomainError('invalid_request', 'The cursor is malformed.', { field: 'cursor' });
  }
  return { order, key };
}
