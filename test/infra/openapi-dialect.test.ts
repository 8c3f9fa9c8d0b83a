import { describe, expect, test } from 'vitest';
import { openApiDocument } from '#infra/openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** The members of the document that these tests read. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const operations = Object.values(document.paths).flatMap((methods) =>
  Object.entries(methods).map(([method, operation]) => ({ method, ...operation })),
);

describe('Sound 24: the document says what happens, in a dialect that tools read', () => {
  const patterns = [...new Set(valuesOf(document, 'pattern'))];

  test('each pattern is plain: without lookaround, categories of Unicode and named groups', () => {
    expect(patterns.length).toBeGreaterThan(5);
    expect(patterns.filter((pattern) => /\\[pPuUkbB]|\(\?[^:]/.test(pattern))).toEqual([]);
  });

  test('each pattern means the same with and without the flag of Unicode', () => {
    for (const pattern of patterns) expect([new RegExp(pattern), new RegExp(pattern, 'u')]).toHaveLength(2);
  });

  test('each operation but the public documents documents its 400', () => {
    const without = operations.filter(({ responses }) => !('400' in responses));
    expect(without.filter(({ security }) => security.length > 0).map(({ operationId }) => operationId)).toEqual([]);
    expect(without.filter(({ method }) => method !== 'get').map(({ operationId }) => operationId)).toEqual([]);
  });

  test('each required text of a request says that it must not be empty', () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      Object.values(requestBody?.content ?? {}).map(({ schema }) => ({ operationId, schema })),
    );
    const faults = bodies.flatMap(({ operationId, schema }) =>
      requiredTexts(schema).map((name) => `${operationId}: ${name}`),
    );
    expect(faults).toEqual([]);
  });

  test('a parameter with a pattern has a least and a greatest length', () => {
    const schemas = operations.flatMap(({ parameters = [] }) => parameters.map((each) => Object(each).schema ?? {}));
    const open = schemas.filter(({ pattern, minLength, maxLength }) => pattern && !(minLength >= 1 && maxLength >= 1));
    expect(open).toEqual([]);
    expect(document.components.schemas?.Id).toMatchObject({ minLength: 1, maxLength: 64 });
  });
});

/** Lists the texts with this key, at any depth. */
function valuesOf(node: unknown, key: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : valuesOf(value, key),
  );
}

/** Lists the required texts of an object that may be empty by their schema, at any depth. */
function requiredTexts(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, required = [], ...rest } = schema as { properties?: object; required?: readonly string[] };
  const isOpen = (member: object) =>
    'type' in member &&
    member.type === 'string' &&
    !['minLength', 'enum', 'const', 'format'].some((name) => name in member);
  const here = Object.entries(properties).filter(([name, member]) => required.includes(name) && isOpen(member));
  return [
    ...here.map(([name]) => name),
    ...Object.values(properties).flatMap(requiredTexts),
    ...Object.values(rest).flatMap(requiredTexts),
  ];
}
