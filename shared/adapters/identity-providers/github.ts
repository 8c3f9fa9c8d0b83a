import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import type { IdentityProviders, ProvenSubject, UpstreamAnswer } from '#shared/domain/identities/ports.ts';
import type { IdentityProvider } from '#shared/domain/people-records/identity-provider.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import { asRefusal } from './refusals.ts';

/**
 * GitHub's endpoints (GitHub Docs, "Authorizing OAuth apps"). Its answers name the issuer (RFC 9207). GitHub has metadata,
 * too, but offers them only to clients of its MCP server.
 */
const server: oauth.AuthorizationServer = {
  issuer: 'https://github.com/login/oauth',
  authorization_endpoint: 'https://github.com/login/oauth/authorize',
  token_endpoint: 'https://github.com/login/oauth/access_token',
};

const USER = new URL('https://api.github.com/user');

const EMAILS = new URL('https://api.github.com/user/emails');

/** GitHub refuses requests without a `User-Agent`. */
const headers = {
  accept: 'application/vnd.github+json',
  'user-agent': 'Mintmark',
  'x-github-api-version': '2022-11-28',
};

const SCOPE = 'read:user user:email';

/** `id` stays when a person changes the name of the account. */
const userSchema = z.object({ id: z.int() });

const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** Speaks with GitHub. It sends no ID token, so the person is who its API shows for the access token of this login. */
export function gitHub(fetch: ProviderFetch): IdentityProviders {
  const redeem = async (provider: IdentityProvider, answer: UpstreamAnswer): Promise<ProvenSubject> => {
    const accessToken = await accessTokenFor(provider, answer, fetch);
    const [user, emails] = await Promise.all([
      read(USER, userSchema, accessToken, fetch),
      read(EMAILS, emailsSchema, accessToken, fetch),
    ]);
    const primary = emails.find((email) => email.primary);
    return {
      issuer: provider.issuer,
      subject: `${user.id}`,
      email: primary?.email,
      isEmailVerified: primary?.verified === true,
    };
  };
  return {
    addressFor: async ({ clientId }, { redirectUri, state, codeVerifier }) => {
      const url = new URL(server.authorization_endpoint ?? '');
      const parameters = {
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    redeem: (provider, answer) =>
      redeem(provider, answer).then((subject) => ({ is: 'proven' as const, subject }), asRefusal),
  };
}

async function accessTokenFor(
  { clientId }: IdentityProvider,
  { parameters, state, redirectUri, codeVerifier, clientSecret }: UpstreamAnswer,
  fetch: ProviderFetch,
): Promise<string> {
  const client = { client_id: clientId };
  const callback = oauth.validateAuthResponse(server, client, new URLSearchParams(parameters), state);
  const authentication = oauth.ClientSecretPost(clientSecret);
  const options = { [oauth.customFetch]: fetch };
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    callback,
    redirectUri,
    codeVerifier,
    options,
  );
  return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token;
}

async function read<Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
  accessToken: string,
  fetch: ProviderFetch,
): Promise<z.output<Schema>> {
  const options = { [oauth.customFetch]: fetch };
  const response = await oauth.protectedResourceRequest(accessToken, 'GET', url, new Headers(headers), null, options);
  const found = schema.safeParse(response.status === 200 ? await response.json().catch(() => undefined) : undefined);
  if (!found.success) throw new oauth.OperationProcessingError('GitHub did not say who the person is.');
  return found.data;
}
