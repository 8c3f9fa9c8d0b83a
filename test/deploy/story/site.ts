import type { Clock } from '#shared/domain/ambient.ts';
import type { Requestable } from '#test/support/route-requests/desk.ts';
import { type Credentials, reach } from '#test/support/world/deployment.ts';
import type { Mishaps } from '../iam/mishaps.ts';

/** A deployed Mintmark, as its administrator and its operator reach it. */
export interface Site extends Requestable {
  readonly clock: Clock;
  /** Invokes a function that has no routes, as an operator does. */
  invoke(name: string, event?: object): Promise<unknown>;
  readonly mishaps: Mishaps;
  /** Lets the administrator get a new token for the next request. */
  renewToken(): void;
}

/** The members of a site that a deployment tells. */
export interface Address {
  readonly url: string;
  readonly admin: Credentials;
  readonly invoke: Site['invoke'];
  readonly mishaps: Mishaps;
}

/** Reaches a deployed Mintmark. Its clock is that of this machine. */
export function openSite({ url, admin, invoke, mishaps }: Address): Site {
  const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) };
  let renewals = 0;
  // One exchange serves the administrator's requests of ten minutes, because a deployment is slower than a world.
  const tokenClock = { nowSeconds: () => Math.floor(clock.nowSeconds() / 600) + renewals * 1_000_000_000 };
  return {
    ...reach({ url, admin, clock: tokenClock }),
    clock,
    run: invoke,
    invoke,
    mishaps,
    spareAlgorithm: 'RS256',
    renewToken: () => {
      renewals += 1;
    },
  };
}
