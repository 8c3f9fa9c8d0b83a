import type { JSONWebKeySet } from 'jose';
import type { Deployment } from '../world/deployment.ts';
import type { Reply, World } from '../world/world.ts';

/** An hour, for the moments of these keys. */
export const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** The default times of signing keys, in seconds. */
export const DEFAULTS = { rotation: 90 * DAY_SECONDS, lead: 3 * HOUR_SECONDS, retention: 27 * HOUR_SECONDS } as const;

/** A signing key as the management API shows it. */
export interface ShownKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly custody: 'kms' | 'wrapped';
  readonly state: string;
  readonly retain: boolean;
}

/** The requests of administrators and verifiers about a world's signing keys. */
export function signingKeysOf(world: Deployment & Pick<World, 'clock' | 'run'>) {
  /** With a new token each time: the key of an older one may be revoked by now. */
  const manage = async (method: string, path: string, body?: object) =>
    world.manage(method, path, body, await world.tokenFor(world.admin));
  const list = async (): Promise<readonly ShownKey[]> =>
    ((await manage('GET', '/v1/signing-keys')).body as { items: readonly ShownKey[] }).items;
  return {
    list,
    /** Runs the scheduled function, then waits for the second in which processes do not look for other keys. */
    run: async () => {
      const progress = await world.run('rotate-signing-keys');
      world.clock.advance(1);
      return progress;
    },
    find: async (algorithm: string, state: string, custody: ShownKey['custody'] = 'kms') =>
      (await list()).find((key) => key.algorithm === algorithm && key.state === state && key.custody === custody)?.kid,
    revoke: (kid: string | undefined): Promise<Reply> => manage('POST', `/v1/signing-keys/${kid}/revoke`),
    rotate: (kid: string | undefined): Promise<Reply> => manage('POST', `/v1/signing-keys/${kid}/rotate`),
    retain: (kid: string | undefined, retain: boolean): Promise<Reply> =>
      manage('PATCH', `/v1/signing-keys/${kid}`, { retain }),
    keySet: async () => (await world.send('GET', '/.well-known/jwks.json')).body as JSONWebKeySet,
    /** Switches to wrapped keys, and waits until the first wrapped keys have been published long enough. */
    wrap: async () => {
      await manage('PATCH', '/v1/settings', { signingKeys: { mode: 'wrapped' } });
      await world.run('rotate-signing-keys');
      world.clock.advance(DEFAULTS.lead);
      await world.run('rotate-signing-keys');
    },
  };
}
