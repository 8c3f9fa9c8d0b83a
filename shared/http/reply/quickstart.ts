import { statementAlgorithms } from '#shared/domain/checks/sign-introspection.ts';
import type { Api, SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { Snippet, VerifierFacts } from '#shared/guides/snippet.ts';
import { quickstartSnippets } from '#shared/guides/snippets.ts';
import { endpointsAt, jwksUriOf } from './metadata.ts';

/** The answer that tells the developer of an API how to verify its tokens. */
interface Quickstart extends Omit<VerifierFacts, 'permission' | 'statusListAlgorithm'> {
  readonly snippets: readonly Snippet[];
}

interface Deployment {
  readonly issuer: string;
  /** The algorithms of the keys that sign access tokens. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Renders the quick start of an API: the facts that a verifier needs, and a program for each kind of verifier. */
export function quickstart(api: Api, { issuer, algorithms }: Deployment): Quickstart {
  const { identifier: audience, signingAlgorithm: algorithm, permissions } = api;
  const { token_endpoint: tokenEndpoint } = endpointsAt(issuer);
  const facts = { issuer, jwksUri: jwksUriOf(issuer), audience, algorithm, tokenEndpoint };
  const [statusListAlgorithm] = api.statusList ? statementAlgorithms(algorithms) : [];
  return {
    ...facts,
    snippets: quickstartSnippets({ ...facts, permission: permissions[0]?.value, statusListAlgorithm }),
  };
}
