import { type Credentials, REPORTS, type Reply, type World } from '../world/world.ts';

/** The scope that an exchange gave, or the status and code of its refusal, e.g. `401 invalid_client`. */
export function scopeOrRefusal({ status, body }: Reply): string {
  const { scope, error } = body as { scope?: string; error?: string };
  return scope ?? `${status} ${error}`;
}

/** The outcome of an exchange of these credentials at an API: `scopeOrRefusal` of its reply. */
export async function exchangeOutcome(
  world: World,
  credentials: Credentials,
  parameters: Record<string, string> = { audience: REPORTS },
): Promise<string> {
  return scopeOrRefusal(
    await world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters }),
  );
}

/** The scope of a token as introspection tells the administrator; undefined for a token that is not active. */
export async function introspectedScope(world: World, token: string): Promise<string | undefined> {
  const { status, body } = await world.post('/oauth/introspect', world.admin, { token });
  if (status !== 200) throw new Error(`Introspection answered ${status}.`);
  return (body as { scope?: string }).scope;
}
