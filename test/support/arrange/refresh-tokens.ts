import { isTokenActive } from '../ask/introspection.ts';
import type { Credentials, Deployment, Reply } from '../world/deployment.ts';
import { type Acme, REPORTS } from '../world/world.ts';

/** What an exchange answers a client that asked for `offline_access`. */
export interface Refreshable {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}

type Parameters = Readonly<Record<string, string>>;

/** Lets the API of these tests give refresh tokens, or stops that. */
export async function allowRefreshTokens(world: Deployment, { apiId }: Acme, allowRefreshTokens = true): Promise<void> {
  await change(world, `/v1/apis/${apiId}`, { allowRefreshTokens });
}

/** Changes the workspace's settings for refresh tokens. */
export function changeRefreshTokens(world: Deployment, refreshTokens: Readonly<Record<string, number>>): Promise<void> {
  return change(world, '/v1/settings', { refreshTokens });
}

async function change(world: Deployment, path: string, body: unknown): Promise<void> {
  const { status, text } = await world.manage('PATCH', path, body);
  if (status !== 200) throw new Error(`The change was refused: ${text}`);
}

/** Asks for a refresh token. */
export function askOffline(world: Deployment, credentials: Credentials, parameters: Parameters = {}): Promise<Reply> {
  const form = { grant_type: 'client_credentials', audience: REPORTS, scope: 'offline_access', ...parameters };
  return world.post('/oauth/token', credentials, form);
}

/** A new family: its first access token and its first refresh token. */
export async function beginFamily(
  world: Deployment,
  credentials: Credentials,
  parameters: Parameters = {},
): Promise<Refreshable> {
  return granted(await askOffline(world, credentials, parameters));
}

/** Trades a refresh token (RFC 6749 §6). */
export function refresh(
  world: Deployment,
  credentials: Credentials,
  refreshToken: string,
  parameters: Parameters = {},
): Promise<Reply> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...parameters };
  return world.post('/oauth/token', credentials, form);
}

/** The body of an exchange that must succeed. */
export function granted({ status, text, body }: Reply): Refreshable {
  if (status !== 200) throw new Error(`The exchange was refused: ${text}`);
  return body as Refreshable;
}

/** Whether introspection says that the access token and the refresh token of an answer are active, in this order. */
export function areTokensActive(
  world: Deployment,
  { access_token: access, refresh_token: refreshing }: Refreshable,
  asker: Credentials = world.admin,
): Promise<readonly boolean[]> {
  return Promise.all([access, refreshing].map((token) => isTokenActive(world, token, asker)));
}
