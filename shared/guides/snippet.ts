import type { ApiSigningAlgorithm, SigningAlgorithm } from '#shared/domain/records/permissions.ts';

/** A line of a program, not of this one. */
export const importing = (names: string, from: string) => `import ${names} from '${from}';`;

/** A call in a program, not in this one. */
export const calling = (what: string, values = '') => `${what}(${values})`;

/** A string of JavaScript, TypeScript and Python, which read JSON's double quotes alike; nothing is interpolated in them. */
export const quoted = (value: string) => JSON.stringify(value);

/** A word of a POSIX shell, in which single quotes mean nothing but themselves. */
export const shellWord = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

/** What a verifier of an API's tokens has to be told. */
export interface VerifierFacts {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly algorithm: ApiSigningAlgorithm;
  readonly tokenEndpoint: string;
  /** What status lists are signed with; undefined for an API whose tokens are on none. */
  readonly statusListAlgorithm: SigningAlgorithm | undefined;
  /** One of the API's permissions, to show where to ask for it; undefined where it declares none. */
  readonly permission: string | undefined;
}

/** A program to begin with. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly language: 'javascript' | 'typescript' | 'python' | 'shell';
  readonly code: string;
}

/** A program that still has to be told about the API. */
export interface SnippetTemplate extends Omit<Snippet, 'code'> {
  readonly render: (facts: VerifierFacts) => string;
  /** The algorithms that this verifier takes; undefined for all that have public keys. */
  readonly algorithms?: readonly ApiSigningAlgorithm[];
  /** For APIs with status lists only. */
  readonly isForLists?: true;
}
