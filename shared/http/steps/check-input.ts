import { decodeBody } from '../request/body.ts';
import { readIfMatch } from '../request/if-match.ts';
import { validate } from '../request/validate.ts';
import { type Middleware, routeOf } from './step.ts';

/**
 * Decodes the body into its members. This runs early, because client credentials can be among them. `checkInput` checks
 * the members when the caller is known, so that a refused caller learns nothing about the body.
 */
export function decodeMembers(): Middleware {
  return {
    before: ({ event }) => {
      const { body } = routeOf(event);
      if (body !== undefined) event.members = decodeBody(event, body);
    },
  };
}

/** Checks If-Match, query and body. @throws DomainError `invalid_request` */
export function checkInput(): Middleware {
  return {
    before: ({ event }) => {
      const { query, body } = routeOf(event);
      event.expectedVersion = readIfMatch(event.headers['if-match']);
      if (query !== undefined) event.parsedQuery = validate(query, event.query);
      if (body !== undefined) event.body = validate(body.schema, event.members);
    },
  };
}
