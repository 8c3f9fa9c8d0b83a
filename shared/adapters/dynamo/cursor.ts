import { Buffer } from 'node:buffer';
import { DomainError } from '#shared/domain/errors.ts';

const ORDER = /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z)#(?<key>[\x21-\x7E]+)$/;

/**
 * Encodes a place in a list as a cursor. The cursor does not name the list, because the list comes from the path of the
 * request. Before a caller gets a cursor, `shared/http/steps/cursors.ts` adds a seal.
 */
export function writeCursor(order: string): string {
  return Buffer.from(order).toString('base64url');
}

/**
 * Decodes a cursor. The result is the place in the list, and the key of the item at this place.
 * @throws DomainError `invalid_request` if the cursor is malformed
 */
export function readCursor(cursor: string): { readonly order: string; readonly key: string } {
  const order = Buffer.from(cursor, 'base64url').toString();
  const { time = '', key } = ORDER.exec(order)?.groups ?? {};
  if (key === undefined || Number.isNaN(Date.parse(time))) {
    throw new DomainError('invalid_request', 'The cursor is malformed.', { field: 'cursor' });
  }
  return { order, key };
}
