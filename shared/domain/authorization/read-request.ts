import { findApi } from '../access/entitlement.ts';
import { ceilingForUsers } from '../access/user-access.ts';
import { isMadeId } from '../ids.ts';
import {
  type AuthorizationRequest,
  type IdentityScope,
  identityScopes,
  type Prompt,
  prompts,
  type ResponseMode,
  responseModes,
} from '../people-records/authorization-request.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { AUTHORIZATION_CODE, REFRESH_TOKEN } from '../records/registration.ts';
import { defaultAudienceIn } from '../records/settings.ts';
import { matchRedirectUri } from '../registration/redirect-uris.ts';
import { grantTypesOf, registrationOf } from '../registration/registration.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { AuthorizationError, type Destination, type PageProblem } from './refusals.ts';

/**
 * The parameters of an authorization request as they came. A parameter that came twice has several values; one that
 * nobody can read, because it is malformed or too long, is null.
 */
export type RequestParameters = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** A request that is sound, with its application and its API. */
export interface SoundRequest {
  readonly request: AuthorizationRequest;
  readonly client: Client;
  readonly api: Api | undefined;
}

/** What a request turned out to be. A `problem` may not go back to the application, because nobody knows if it is one. */
export type ReadRequest =
  | { readonly is: 'sound'; readonly sound: SoundRequest }
  | { readonly is: 'problem'; readonly problem: PageProblem };

const OFFLINE_ACCESS = 'offline_access';

/** An S256 challenge: 32 bytes in base64url (RFC 7636 §4.2). */
const CODE_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Longer texts do not fit into the redirect, of which gateways accept 10,240 bytes. */
const STATE_ENCODED_MAX = 6_000;

/** Texts that are kept with the request, or given back. */
const CHARACTERS_MAX = { nonce: 512, login_hint: 254, tenant: 64 } as const;

interface Ports {
  readonly defaultAudience: string | undefined;
  readonly nowSeconds: number;
  /** Whether the application pushes the request (RFC 9126). */
  readonly isPushed?: boolean | undefined;
}

/**
 * Reads an authorization request in the order that keeps its answer safe: first the application, then the redirect URI,
 * exactly; both refusals are pages. From then on every refusal goes to the redirect URI.
 * @throws AuthorizationError for a refusal that goes to the application (RFC 6749 §4.1.2.1)
 */
export async function readRequest(parameters: RequestParameters, look: Look, ports: Ports): Promise<ReadRequest> {
  const clientId = single(parameters, 'client_id');
  const client = clientId === undefined || !isMadeId('cli', clientId) ? undefined : await look.client(clientId);
  if (client?.subject.type !== 'application' || !isLive(client, ports.nowSeconds)) return problem('unknownApplication');
  const { redirectUris } = registrationOf(client);
  const asked = single(parameters, 'redirect_uri');
  const redirectUri = asked === undefined ? undefined : matchRedirectUri(asked, redirectUris);
  if (redirectUri === undefined) return problem(asked === undefined ? 'noRedirectUri' : 'unknownRedirectUri', client);
  const destination = destinationOf(parameters, redirectUri);
  try {
    return { is: 'sound', sound: await readRest(parameters, { client, redirectUri, destination }, look, ports) };
  } catch (error) {
    throw error instanceof Refusal ? new AuthorizationError(error.code, error.message, destination) : error;
  }
}

/** A refusal inside this file, before it has its destination. */
class Refusal extends Error {
  readonly code: AuthorizationError['code'];

  constructor(code: AuthorizationError['code'], description: string) {
    super(description);
    this.code = code;
  }
}

function problem(is: PageProblem['is'], client?: Client): ReadRequest {
  return { is: 'problem', problem: { is, application: client?.description } };
}

/** The value of a parameter that came once. */
export function single(parameters: RequestParameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Where refusals go. A response mode that we do not know counts as the default, so that the application hears of it. */
function destinationOf(parameters: RequestParameters, redirectUri: string): Destination {
  const state = single(parameters, 'state');
  const mode = single(parameters, 'response_mode');
  return {
    redirectUri,
    responseMode: isResponseMode(mode) && canReach(redirectUri, mode, parameters) ? mode : 'query',
    state: state !== undefined && encodeURIComponent(state).length <= STATE_ENCODED_MAX ? state : undefined,
  };
}

/**
 * A page can post a form or a message to the web only, not to a program on the user's machine. A message needs a page that
 * waits for it, which only a request without questions has.
 */
function canReach(redirectUri: string, mode: ResponseMode, parameters: RequestParameters): boolean {
  if (mode === 'query' || mode === 'fragment') return true;
  return /^https?:/.test(redirectUri) && (mode === 'form_post' || single(parameters, 'prompt') === 'none');
}

function isResponseMode(mode: string | undefined): mode is ResponseMode {
  return (responseModes as readonly (string | undefined)[]).includes(mode);
}

interface Beginning {
  readonly client: Client;
  readonly redirectUri: string;
  readonly destination: Destination;
}

async function readRest(
  parameters: RequestParameters,
  { client, redirectUri, destination }: Beginning,
  look: Look,
  ports: Ports,
): Promise<SoundRequest> {
  assertSingles(parameters);
  assertForm(parameters, client, ports);
  const mode = single(parameters, 'response_mode');
  if (mode !== undefined && mode !== destination.responseMode) {
    throw new Refusal(
      'invalid_request',
      'This response_mode is unknown, or needs https, or (web_message) prompt=none.',
    );
  }
  const scopes = readScopes(single(parameters, 'scope'));
  const api = await readApi(parameters, { asksForPermissions: scopes.permissions !== undefined, scopes }, look, ports);
  const permissions = await readPermissions(scopes.permissions, { client, api }, look);
  const request: AuthorizationRequest = {
    clientId: client.id,
    redirectUri,
    responseMode: destination.responseMode,
    state: destination.state,
    nonce: single(parameters, 'nonce'),
    codeChallenge: readChallenge(parameters),
    apiId: api?.id,
    permissions,
    identityScopes: scopes.identity,
    isOffline: scopes.isOffline && (api?.allowRefreshTokens ?? true) && grantTypesOf(client).includes(REFRESH_TOKEN),
    prompt: readPrompt(single(parameters, 'prompt')),
    maxAgeSeconds: readMaxAge(single(parameters, 'max_age')),
    loginHint: single(parameters, 'login_hint'),
    tenantId: single(parameters, 'tenant'),
    keyThumbprint: readThumbprint(single(parameters, 'dpop_jkt')),
  };
  return { request, client, api };
}

/** The only parameter that may come twice: an application may name its API by several (RFC 8707 §2). */
const REPEATABLE: readonly string[] = ['resource', 'audience'];

function assertSingles(parameters: RequestParameters): void {
  const isUnreadable = Object.values(parameters).includes(null);
  if (isUnreadable) throw new Refusal('invalid_request', 'A parameter is malformed or too long.');
  const isTwice = ([name, value]: [string, unknown]) => typeof value === 'object' && !REPEATABLE.includes(name);
  if (Object.entries(parameters).some(isTwice)) throw new Refusal('invalid_request', 'Send each parameter once.');
  const tooLong = Object.entries(CHARACTERS_MAX).find(([name, most]) => (single(parameters, name) ?? '').length > most);
  if (tooLong !== undefined) throw new Refusal('invalid_request', `The ${tooLong[0]} is too long.`);
  if (encodeURIComponent(single(parameters, 'state') ?? '').length > STATE_ENCODED_MAX) {
    throw new Refusal('invalid_request', 'The state is too long.');
  }
}

function assertForm(parameters: RequestParameters, client: Client, { isPushed = false }: Ports): void {
  if (single(parameters, 'request') !== undefined) throw new Refusal('request_not_supported', 'Send plain parameters.');
  if (single(parameters, 'request_uri') !== undefined) {
    throw new Refusal('request_uri_not_supported', 'Only a request_uri from /oauth/par is accepted.');
  }
  if (registrationOf(client).requirePushedAuthorizationRequests === true && !isPushed) {
    throw new Refusal('invalid_request', 'This application must push its requests to /oauth/par (RFC 9126).');
  }
  const responseType = single(parameters, 'response_type');
  if (responseType === undefined) throw new Refusal('invalid_request', 'Send response_type=code.');
  if (responseType !== 'code') throw new Refusal('unsupported_response_type', 'Only response_type=code is supported.');
  if (grantTypesOf(client).includes(AUTHORIZATION_CODE)) return;
  throw new Refusal('unauthorized_client', 'The application is not registered for the grant authorization_code.');
}

function readChallenge(parameters: RequestParameters): string {
  const challenge = single(parameters, 'code_challenge');
  const method = single(parameters, 'code_challenge_method');
  if (challenge === undefined) throw new Refusal('invalid_request', 'Send code_challenge (PKCE, RFC 7636).');
  if (method !== 'S256') throw new Refusal('invalid_request', 'Send code_challenge_method=S256.');
  if (!CODE_CHALLENGE.test(challenge)) throw new Refusal('invalid_request', 'The code_challenge is not an S256 hash.');
  return challenge;
}

interface Scopes {
  /** Undefined if the request names no permission. */
  readonly permissions: readonly string[] | undefined;
  readonly identity: readonly IdentityScope[];
  readonly isOffline: boolean;
}

/** Other scopes of OpenID Connect (Core §5.4). We do not support them, and ignore them as it asks. */
const IGNORED_SCOPES: readonly string[] = ['address', 'phone'];

function readScopes(scope: string | undefined): Scopes {
  if (scope === undefined) return { permissions: undefined, identity: [], isOffline: false };
  const values = scopeValues(scope).filter((value) => !IGNORED_SCOPES.includes(value));
  const identity = identityScopes.filter((value) => values.includes(value));
  const isOffline = values.includes(OFFLINE_ACCESS);
  const others = values.filter(
    (value) => value !== OFFLINE_ACCESS && !(identityScopes as readonly string[]).includes(value),
  );
  if (identity.length > 0 && !identity.includes('openid')) {
    throw new Refusal('invalid_scope', 'The scopes profile and email need the scope openid.');
  }
  return { permissions: others.length === 0 ? undefined : others, identity, isOffline };
}

/**
 * Finds the API: the one that `resource` or `audience` names, or else the default API where the request asks for
 * permissions. A request with nothing but scopes about the person needs no API.
 */
async function readApi(
  parameters: RequestParameters,
  { scopes }: { readonly asksForPermissions: boolean; readonly scopes: Scopes },
  look: Look,
  ports: Ports,
): Promise<Api | undefined> {
  const named = REPEATABLE.flatMap((name): readonly string[] | string => parameters[name] ?? []).filter(
    (value) => value !== '',
  );
  const [audience, ...others] = new Set(named);
  if (others.length > 0) throw new Refusal('invalid_target', 'A token is for one API: ask for one audience.');
  const isAboutPersonOnly = scopes.permissions === undefined && scopes.identity.length > 0;
  const identifier = audience ?? (isAboutPersonOnly ? undefined : await defaultAudienceIn(look, ports));
  if (identifier === undefined && isAboutPersonOnly) return undefined;
  const api = identifier === undefined ? undefined : await findApi(identifier, look);
  if (api !== undefined) return api;
  throw new Refusal('invalid_target', 'Send resource or audience: the identifier of an API of this workspace.');
}

/** Scopes that are unknown at the API, or beyond what the application may have there, are refused. */
async function readPermissions(
  asked: readonly string[] | undefined,
  { client, api }: { readonly client: Client; readonly api: Api | undefined },
  look: Look,
): Promise<readonly string[] | undefined> {
  if (api === undefined) return asked === undefined ? undefined : [];
  const ceiling = await ceilingForUsers(client, api, look);
  if (asked === undefined) return undefined;
  if (asked.every((value) => ceiling.includes(value))) return asked;
  throw new Refusal('invalid_scope', 'A scope is unknown at this API, or more than the application may ask for.');
}

function readPrompt(prompt: string | undefined): readonly Prompt[] {
  const values = prompt === undefined ? [] : scopeValues(prompt);
  const known = prompts.filter((value) => values.includes(value));
  if (known.length !== values.length) throw new Refusal('invalid_request', 'Unknown prompt.');
  if (known.includes('none') && known.length > 1) throw new Refusal('invalid_request', 'prompt=none stands alone.');
  return known;
}

function readMaxAge(maxAge: string | undefined): number | undefined {
  if (maxAge === undefined) return undefined;
  if (/^\d{1,9}$/.test(maxAge)) return Number(maxAge);
  throw new Refusal('invalid_request', 'max_age is a number of seconds.');
}

function readThumbprint(thumbprint: string | undefined): string | undefined {
  if (thumbprint === undefined || CODE_CHALLENGE.test(thumbprint)) return thumbprint;
  throw new Refusal('invalid_request', 'dpop_jkt is the SHA-256 thumbprint of a key (RFC 9449 §10).');
}
