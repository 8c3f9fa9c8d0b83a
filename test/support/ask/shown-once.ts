import { membersShownOnce } from '#shared/api/fields/shown-once.ts';
import type { Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';

/** A JSON string that is a secret, a refresh token, an access token or a private key, and nothing else. */
export const CREDENTIAL =
  /"(?:mm[sr]_[0-9A-Za-z_]{20,}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+|-----BEGIN PRIVATE KEY-----[^"]*)"/g;

/** The names of all members that some answer shows once, as the tables mark them. */
const SHOWN_ONCE = new Set(
  tables.flatMap(({ routes }) => Object.values<Route>(routes).flatMap(({ reply }) => membersShownOnce(reply.schema))),
);

/** The credentials that an answer shows once. */
export function shownOnceIn(body: unknown): readonly string[] {
  const found: string[] = [];
  JSON.stringify(body, (name, value: unknown) => {
    if (SHOWN_ONCE.has(name) && typeof value === 'string') found.push(value);
    return value;
  });
  return found;
}

/** An answer without what it shows once. Answers that are no JSON show everybody the same. */
export function withoutShownOnce(text: string): string {
  if (!text.startsWith('{')) return text;
  return JSON.stringify(JSON.parse(text, (name, value: unknown) => (SHOWN_ONCE.has(name) ? undefined : value)));
}
