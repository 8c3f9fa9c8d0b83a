import * as z from 'zod';
import { isOfManagementApi, type Route } from '#shared/api/table.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { decodeBody, hasBody } from '../request/body.ts';
import { readIfMatch } from '../request/if-match.ts';
import type { Incoming } from '../request/incoming.ts';
import { validate } from '../request/validate.ts';
import { type Middleware, routeOf } from './step.ts';

/** The query of a route of the management API whose table names no query. */
const noQuery = z.strictObject({});

/**
 * Decodes the body into its members. This runs early, because client credentials can be among them. `checkInput` checks
 * the members when the caller is known, so that a refused caller learns nothing about the body.
 */
export function decodeMembers(): Middleware {
  return {
    before: ({ event }) => {
      const { body, readsInputItself } = routeOf(event);
      if (body !== undefined && readsInputItself !== true) event.members = decodeBody(event, body);
    },
  };
}

/** Checks If-Match, query and body. @throws DomainError `invalid_request` */
export function checkInput(): Middleware {
  return {
    before: ({ event }) => {
      const route = routeOf(event);
      event.expectedVersions = readIfMatch(event.headers['if-match']);
      if (route.readsInputItself === true) return;
      if (isOfManagementApi(route)) assertNothingUnexpected(event, route);
      if (route.query !== undefined) event.parsedQuery = validate(route.query, event.query);
      if (route.body !== undefined) event.body = validate(route.body.schema, changeableMembers(event, route));
    },
  };
}

/** Refuses a query or a body that the route does not take. @throws DomainError `invalid_request` */
function assertNothingUnexpected(event: Incoming, { query, body }: Route): void {
  if (query === undefined) validate(noQuery, event.query);
  if (body === undefined && hasBody(event)) {
    throw new DomainError('invalid_request', 'This operation takes no body.');
  }
}

/**
 * Divides the members of a change: those that the operation takes, and those that answers only show, such as
 * `createdAt`. A client may send the second back as they are shown; `assertUnchanged` compares them.
 */
function changeableMembers(event: Incoming, { method, body, reply }: Route): Incoming['members'] {
  const { members } = event;
  const { schema: shown } = reply;
  const isChange = method === 'PATCH' || method === 'PUT';
  if (!isChange || !(shown instanceof z.ZodObject) || !(body?.schema instanceof z.ZodObject)) return members;
  const { shape: taken } = body.schema;
  const isReadOnly = (name: string) => !Object.hasOwn(taken, name) && Object.hasOwn(shown.shape, name);
  const { readOnly = [], changeable = [] } = Object.groupBy(Object.entries(members ?? {}), ([name]) =>
    isReadOnly(name) ? 'readOnly' : 'changeable',
  );
  event.readOnlyMembers = Object.fromEntries(readOnly);
  return Object.fromEntries(changeable);
}
