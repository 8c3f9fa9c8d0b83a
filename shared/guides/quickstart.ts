import { statementAlgorithms } from '#shared/domain/checks/sign-introspection.ts';
import { getApi } from '#shared/domain/directory/apis.ts';
import type { StandingReader } from '#shared/domain/records/look.ts';
import type { TokenVerifier } from '#shared/domain/tokens/ports.ts';
import { endpointsAt, jwksUriOf } from '#shared/http/reply/metadata.ts';
import type { Snippet, VerifierFacts } from './snippet.ts';
import { quickstartSnippets } from './snippets.ts';

/** What somebody who builds an API needs to know to verify its tokens. */
export interface Quickstart extends Omit<VerifierFacts, 'permission' | 'statusListAlgorithm'> {
  readonly snippets: readonly Snippet[];
}

interface Ports {
  readonly issuer: string;
  readonly standing: StandingReader;
  readonly verifier: Pick<TokenVerifier, 'algorithms'>;
}

/** @throws DomainError `not_found` */
export async function getQuickstart(apiId: string, { issuer, standing, verifier }: Ports): Promise<Quickstart> {
  const api = await getApi(apiId, { standing });
  const { identifier: audience, signingAlgorithm: algorithm, permissions } = api;
  const { token_endpoint: tokenEndpoint } = endpointsAt(issuer);
  const jwksUri = jwksUriOf(issuer);
  const facts = { issuer, jwksUri, audience, algorithm, tokenEndpoint };
  const [statusListAlgorithm] = api.statusList ? statementAlgorithms(verifier.algorithms) : [];
  const permission = permissions[0]?.value;
  return { ...facts, snippets: quickstartSnippets({ ...facts, permission, statusListAlgorithm }) };
}
