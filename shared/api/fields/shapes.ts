import * as z from 'zod';
import type { Route } from '../table.ts';
import { jsonValue, page, timestamp } from './fields.ts';

/** What the routes of every collection have in common, so that a table says only what is particular. */

/** Members of every resource. */
export const commonMembers = { createdAt: timestamp, version: z.int() };

export const commonExample = { createdAt: '2027-01-15T08:00:00.000Z', version: 1 } as const;

export const shownMetadata = z.record(z.string(), jsonValue).optional();

export const status = z.enum(['active', 'disabled']);

/** A list route less its path and permission; `query` says how the list can be narrowed. */
export function listing<Item extends z.ZodType, Query extends z.ZodType>(item: Item, example: unknown, query: Query) {
  return {
    method: 'GET',
    errors: 'problem',
    query,
    reply: { status: 200, description: 'A page of the list', schema: page(item), example: { items: [example] } },
  } as const;
}

/** A route that shows one item, less its path and permission. */
export function showing<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'GET',
    errors: 'problem',
    reply: { status: 200, description: 'What was asked for', schema: item, example },
  } as const;
}

/** A creation less its path, permission, body and audit event. */
export function creating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'POST',
    errors: 'problem',
    reply: { status: 201, description: 'What was created', schema: item, example },
  } as const;
}

/** A change less its path, permission, body and audit event. If-Match keeps it from overwriting what one has not seen. */
export function updating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'PATCH',
    errors: 'problem',
    reply: { status: 200, description: 'The resource after the change', schema: item, example },
  } as const;
}

/** A deletion less its path, permission and audit event. */
export const deleting = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'Deleted, with everything that follows from it' },
} as const satisfies Partial<Route>;
