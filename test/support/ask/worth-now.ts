import type { GuardedApi } from '../arrange/guarded-api.ts';
import type { Credentials, World } from '../world/world.ts';
import { exchangeOutcome, scopeNow } from './credential-worth.ts';

/** What is left of credentials and of a token they obtained: at introspection, at the exchange, at an API that asks. */
export async function worthNow(
  world: World,
  online: GuardedApi,
  { credentials, token }: { readonly credentials: Credentials; readonly token: string },
) {
  const { status } = await online.visit('GET', '/reports', `Bearer ${token}`);
  return [await scopeNow(world, token), await exchangeOutcome(world, credentials), status];
}

/** The worth of credentials that nobody has. */
export const WORTHLESS = [undefined, '401 invalid_client', 403];
