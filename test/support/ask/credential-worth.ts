import { type Credentials, REPORTS, type World } from '../world/world.ts';

/** The scope that a token has now, as the administrator is told; undefined for a token that is worth nothing. */
export async function scopeNow(world: World, token: string): Promise<string | undefined> {
  const { status, body } = await world.post('/oauth/introspect', world.admin, { token });
  if (status !== 200) throw new Error(`Introspection answered ${status}.`);
  return (body as { scope?: string }).scope;
}

/** The scope that credentials are given at an API, or the status and code of their refusal. */
export async function exchangeOutcome(
  world: World,
  credentials: Credentials,
  parameters: Record<string, string> = { audience: REPORTS },
): Promise<string> {
  const reply = await world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
  const { scope, error } = reply.body as { scope?: string; error?: string };
  return scope ?? `${reply.status} ${error}`;
}
