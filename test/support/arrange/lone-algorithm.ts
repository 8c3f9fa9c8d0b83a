import { localFunctions } from '#infra/local/functions.ts';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';
import { functionRoutes } from '#infra/routes.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { standingClock } from '../world/clock.ts';
import { type Deployment, reach } from '../world/deployment.ts';
import type { Engines, Settings } from '../world/engines.ts';
import { unlimited, type World } from '../world/world.ts';

const HASH_COST = 4;

const TASK_MILLISECONDS = 60_000;

/** A workspace that tests reach like that of a world. */
export type LoneWorkspace = Deployment & Pick<World, 'clock' | 'run' | 'close'>;

/** Starts a workspace that signs with one algorithm and has no keys for others. */
export async function startLoneWorkspace(engines: Engines, algorithm: SigningAlgorithm): Promise<LoneWorkspace> {
  const given = await engines.newWorkspace();
  const { [algorithm]: keyArn } = JSON.parse(given.MINTMARK_SIGNING_KEYS ?? '{}') as Record<string, string>;
  const clock = standingClock();
  let settings: Settings = { ...given, MINTMARK_SIGNING_KEYS: JSON.stringify({ [algorithm]: keyArn }) };
  const functions = localFunctions((variable) => settings[variable] ?? '', {
    clock: () => clock,
    hasher: () => bcryptHasher(undefined, HASH_COST),
    ...unlimited,
  });
  const httpRoutes = functionRoutes().map((route) => ({ ...route, handler: functions[route.functionName] }));
  const { url, close } = await startGateway({ httpRoutes });
  settings = { ...settings, MINTMARK_ISSUER: url };
  const { clientId, clientSecret = '' } = await functions.bootstrap({}, lambdaContext('bootstrap', TASK_MILLISECONDS));
  return {
    ...reach({ url, admin: { clientId, clientSecret }, clock }),
    clock,
    run: (name) => functions[name]({}, lambdaContext(name, TASK_MILLISECONDS)),
    close,
  };
}
