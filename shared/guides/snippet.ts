import type { ApiSigningAlgorithm, SigningAlgorithm } from '#shared/domain/records/permissions.ts';

/**
 * Writes an import into the text of a program. It is made by a call, so that tools do not read it as an import of this
 * file.
 */
export const importing = (names: string, from: string) => `import ${names} from '${from}';`;

/** Writes a call into the text of a program, for the same reason as `importing`. */
export const calling = (callee: string, values = '') => `${callee}(${values})`;

/**
 * Quotes a text as a string literal for JavaScript, TypeScript and Python, which all read JSON strings as they are
 * written.
 */
export const quoted = (value: string) => JSON.stringify(value);

/** Quotes a text as one word of a POSIX shell. The shell interprets no character between single quotes. */
export const shellWord = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

/** The facts that a verifier of an API's tokens needs. */
export interface VerifierFacts {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly algorithm: ApiSigningAlgorithm;
  readonly tokenEndpoint: string;
  /** The algorithm that signs status lists; undefined for an API without status lists. */
  readonly statusListAlgorithm: SigningAlgorithm | undefined;
  /** A permission of the API, as an example; undefined if the API has none. */
  readonly permission: string | undefined;
}

/** An example program that verifies or obtains tokens. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly language: 'javascript' | 'typescript' | 'python' | 'shell';
  readonly code: string;
}

/** A snippet before the facts about the API are filled in. */
export interface SnippetTemplate extends Omit<Snippet, 'code'> {
  readonly render: (facts: VerifierFacts) => string;
  /** The algorithms that the snippet supports; undefined for all algorithms with public keys. */
  readonly algorithms?: readonly ApiSigningAlgorithm[];
  /** Only for APIs with status lists. */
  readonly isForLists?: true;
  /** Only for APIs that declare a permission. */
  readonly needsPermission?: true;
}
