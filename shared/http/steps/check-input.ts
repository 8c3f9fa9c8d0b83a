import { decodeBody } from '../request/body.ts';
import { readIfMatch } from '../request/if-match.ts';
import { validate } from '../request/validate.ts';
import { type Middleware, routeOf } from './step.ts';

/** Decodes the body, so that client credentials in it can be read. */
export function decodeMembers(): Middleware {
  return {
    before: ({ event }) => {
      const { body } = routeOf(event);
      if (body !== undefined) event.members = decodeBody(event, body);
    },
  };
}

/** Checks query and body, now that the caller is known. */
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
