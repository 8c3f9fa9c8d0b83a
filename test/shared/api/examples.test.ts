import { describe, expect, test } from 'vitest';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';

type Members = Readonly<Record<string, unknown>>;

const all: readonly LambdaTable[] = tables;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** The routes with an example of their request and of their answer. */
const routes = all.flatMap((table) =>
  Object.entries(table.routes).flatMap(([name, { method, body, reply }]) => {
    const sent = body?.example;
    const shown = 'example' in reply ? reply.example : undefined;
    return isObject(sent) && isObject(shown) ? [{ name, method, sent, shown }] : [];
  }),
);

/** The members of a request that its answer shows, too. */
function expectedOf(sent: Members, shown: Members): Members {
  return Object.fromEntries(Object.entries(sent).filter(([name]) => name in shown));
}

describe('the example of an answer', () => {
  test.each(routes)('$name shows the values that the example of its request has', ({ sent, shown }) => {
    expect(shown).toMatchObject(expectedOf(sent, shown));
  });

  test.each(routes.filter(({ method }) => method === 'PATCH'))('$name shows every member that it changes', (route) => {
    const { expiresInSeconds: _, ...changed } = route.sent;
    expect(Object.keys(route.shown)).toEqual(expect.arrayContaining(Object.keys(changed)));
  });

  test.each(routes.filter(({ method }) => method === 'PATCH'))('$name shows a version after the first', ({ shown }) => {
    expect(shown.version).toBeGreaterThan(1);
  });

  test.each(routes.filter(({ sent }) => 'expiresInSeconds' in sent))(
    '$name shows the expiry that the example of its request asks for',
    (route) => {
      const { expiresInSeconds } = route.sent;
      const { createdAt, expiresAt } = newest(route.shown);
      const expected = typeof expiresInSeconds === 'number' ? Date.parse(createdAt) + expiresInSeconds * 1_000 : null;
      expect(typeof expiresAt === 'string' ? Date.parse(expiresAt) : expiresAt).toBe(expected);
    },
  );
});

/** The part of an answer that has the expiry: the answer itself, or its newest secret. */
function newest(shown: Members) {
  const { secrets = [] } = shown as { readonly secrets?: readonly Members[] };
  return ('expiresAt' in shown ? shown : secrets.at(-1)) as { readonly createdAt: string; readonly expiresAt: unknown };
}
