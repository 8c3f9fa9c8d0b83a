import { afterAll, beforeAll } from 'vitest';
import { type Manage, manageWith } from '../arrange/manage.ts';
import { type Acme, arrangeAcme, startWorld, type World, type WorldOptions } from './world.ts';

/**
 * What `make` makes before the tests of a file. The object has no members until then, so read them in tests and hooks:
 *
 *     const acme = prepared(() => arrangeAcme(world));
 *     test('…', () => world.manage('GET', `/v1/tenants/${acme.tenantId}`));
 *
 * A later call may use what an earlier call prepares.
 */
export function prepared<Made extends object>(make: () => Promise<Made>): Made {
  const made = {} as Made;
  beforeAll(async () => {
    Object.assign(made, await make());
  });
  return made;
}

/** The same for what has to be closed after the tests of a file. What was opened last is closed first. */
export function opened<Made extends { close(): Promise<unknown> }>(open: () => Promise<Made>): Made {
  const made = prepared(open);
  afterAll(() => made.close());
  return made;
}

/**
 * A world for the tests of a file, closed after them. Most files begin like this:
 *
 *     const world = useWorld({ onReply: assertConforms });
 *     const acme = useAcme(world);
 */
export function useWorld(options?: WorldOptions): World {
  return opened(() => startWorld(options));
}

/** A new tenant in a world, with all that `arrangeAcme` gives it. */
export function useAcme(world: World): Acme {
  return prepared(() => arrangeAcme(world));
}

/** Sends management requests as the administrator, all with one token. */
export function useManage(world: World): Manage {
  const administrator = prepared(async () => ({ ask: manageWith(world, await world.tokenFor(world.admin)) }));
  return (...request) => administrator.ask(...request);
}
