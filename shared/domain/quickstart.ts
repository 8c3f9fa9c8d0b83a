import { getApi } from './apis.ts';
import { endpointsAt, jwksUriOf } from './discovery.ts';
import type { StandingReader } from './ports.ts';
import { quickstartSnippets, type Snippet, type VerifierFacts } from './quickstart-snippets.ts';

/** What somebody who builds an API needs to know to verify its tokens. */
export interface Quickstart extends Omit<VerifierFacts, 'permission'> {
  readonly snippets: readonly Snippet[];
}

/** @throws DomainError `not_found` */
export async function getQuickstart(
  apiId: string,
  { issuer, standing }: { readonly issuer: string; readonly standing: StandingReader },
): Promise<Quickstart> {
  const { identifier: audience, signingAlgorithm: algorithm, permissions } = await getApi(apiId, { standing });
  const { token_endpoint: tokenEndpoint } = endpointsAt(issuer);
  const jwksUri = jwksUriOf(issuer);
  const facts = { issuer, jwksUri, audience, algorithm, tokenEndpoint };
  return { ...facts, snippets: quickstartSnippets({ ...facts, permission: permissions[0]?.value }) };
}
