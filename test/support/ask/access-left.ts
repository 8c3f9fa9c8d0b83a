import type { GuardedApi } from '../arrange/guarded-api.ts';
import type { Credentials, World } from '../world/world.ts';
import { exchangeOutcome, introspectedScope } from './scope-or-refusal.ts';

/**
 * What credentials and a token from them still permit: the scope at introspection, the outcome of an exchange, and the
 * status of an API that works online.
 */
export async function accessLeft(
  world: World,
  online: GuardedApi,
  { credentials, token }: { readonly credentials: Credentials; readonly token: string },
) {
  const { status } = await online.visit('GET', '/reports', `Bearer ${token}`);
  return [await introspectedScope(world, token), await exchangeOutcome(world, credentials), status];
}

/** The answer of `accessLeft` if credentials and token permit nothing. */
export const NO_ACCESS = [undefined, '401 invalid_client', 403];
