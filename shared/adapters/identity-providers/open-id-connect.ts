import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import { unavailable } from '#shared/domain/errors.ts';
import type {
  IdentityProviders,
  ProvenSubject,
  UpstreamAnswer,
  UpstreamRequest,
} from '#shared/domain/identities/ports.ts';
import type { IdentityProvider } from '#shared/domain/people-records/identity-provider.ts';
import { rememberedMetadata } from './issuer-metadata.ts';
import type { ProviderFetch } from './provider-fetch.ts';
import { asRefusal } from './refusals.ts';

const SCOPE = 'openid profile email';

/** Claims about a person that do not have to be there. A claim of another type counts as absent. */
const claims = z.object({
  email: z.string().optional().catch(undefined),
  email_verified: z.literal(true).optional().catch(undefined),
  hd: z.string().optional().catch(undefined),
  auth_time: z.int().optional().catch(undefined),
});

type Claims = z.output<typeof claims>;

/**
 * Speaks OpenID Connect (Core 1.0 §3.1) with any issuer. All addresses that an issuer names, such as that of its key set,
 * are fetched by the same rules as the issuer itself.
 */
export function openIdConnect(fetch: ProviderFetch): IdentityProviders {
  const find = rememberedMetadata(fetch);
  const redeem = async (provider: IdentityProvider, answer: UpstreamAnswer) => {
    const server = await find(provider.issuer);
    const client = { client_id: provider.clientId };
    const tokens = await tokensFor({ server, client, answer }, fetch);
    const idToken = oauth.getValidatedIdTokenClaims(tokens);
    if (idToken === undefined) throw new oauth.OperationProcessingError('There is no ID token.');
    const told = claims.parse(idToken);
    const about =
      told.email === undefined ? await askUserInfo(server, client, { tokens, sub: idToken.sub }, fetch) : told;
    return subjectOf(provider, idToken.sub, { ...about, auth_time: told.auth_time });
  };
  return {
    addressFor: async (provider, request) => authorizationAddress(await find(provider.issuer), provider, request),
    redeem: (provider, answer) =>
      redeem(provider, answer).then((subject) => ({ is: 'proven' as const, subject }), asRefusal),
  };
}

async function authorizationAddress(
  { authorization_endpoint: endpoint = '' }: oauth.AuthorizationServer,
  { clientId }: IdentityProvider,
  { redirectUri, state, nonce, codeVerifier, maxAgeSeconds, loginHint }: UpstreamRequest,
): Promise<string> {
  const url = URL.parse(endpoint);
  if (url?.protocol !== 'https:') throw unavailable(new Error('The authorization endpoint is no https URL.'));
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: SCOPE,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(maxAgeSeconds !== undefined && { max_age: `${maxAgeSeconds}` }),
    ...(maxAgeSeconds === 0 && { prompt: 'login' }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

interface Exchange {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly answer: UpstreamAnswer;
}

/** Trades the code, and checks the ID token with its signature (OpenID Connect Core §3.1.3.7). */
async function tokensFor(
  { server, client, answer }: Exchange,
  fetch: ProviderFetch,
): Promise<oauth.TokenEndpointResponse> {
  const { parameters, state, nonce, redirectUri, codeVerifier, clientSecret } = answer;
  const callback = oauth.validateAuthResponse(server, client, new URLSearchParams(parameters), state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authenticationAt(server)(clientSecret),
    callback,
    redirectUri,
    codeVerifier,
    { [oauth.customFetch]: fetch },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, { [oauth.customFetch]: fetch });
  return tokens;
}

/** `client_secret_basic` is the default of OpenID Connect Discovery §3. */
function authenticationAt({ token_endpoint_auth_methods_supported: methods = [] }: oauth.AuthorizationServer) {
  const takesPostOnly = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return takesPostOnly ? oauth.ClientSecretPost : oauth.ClientSecretBasic;
}

/** Asks the issuer for the claims that its ID token does not have (OpenID Connect Core §5.3). */
async function askUserInfo(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  { tokens, sub }: { readonly tokens: oauth.TokenEndpointResponse; readonly sub: string },
  fetch: ProviderFetch,
): Promise<Claims> {
  if (server.userinfo_endpoint === undefined) return {};
  const response = await oauth.userInfoRequest(server, client, tokens.access_token, { [oauth.customFetch]: fetch });
  return claims.parse(await oauth.processUserInfoResponse(server, client, sub, response));
}

function subjectOf({ issuer, type }: IdentityProvider, subject: string, told: Claims): ProvenSubject {
  const { email, email_verified: isVerified = false, auth_time: authenticatedAtSeconds } = told;
  const isEmailVerified = isVerified && (type !== 'google' || isOfGoogle(told));
  return { issuer, subject, email, isEmailVerified, authenticatedAtSeconds };
}

/**
 * Whether Google itself gives out an address. For all others Google only knows that the person once read its mails
 * (Google, "Authenticate with a backend server").
 */
function isOfGoogle({ email = '', hd }: Claims): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return domain === 'gmail.com' || domain === hd?.toLowerCase();
}
