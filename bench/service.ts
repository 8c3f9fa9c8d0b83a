import './isolation.ts';
import { type GatewayRoute, startGateway } from '#infra/local/gateway/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { type Functions, type Mode, openFunctions, provideSettings, reportsPath } from './deployment.ts';

/** The protected API. It answers at once. */
const reports = () => ({ reports: [] });

function guardedRoute(mode: Mode, { authorizer: handler }: Functions): GatewayRoute {
  const authorizer = { handler, identitySources: ['$request.header.Authorization'], resultTtlSeconds: 0 };
  return { method: 'GET', path: reportsPath(mode), handler: reports, authorizer };
}

/**
 * Starts Mintmark in the local gateway, with a protected API for each mode of the authorizer. Sends its URL to the
 * parent.
 */
if (import.meta.main) {
  const settings = await provideSettings();
  const online = openFunctions(settings, 'online');
  const offline = openFunctions(settings, 'offline');
  const own = functionRoutes().map(({ method, path, functionName }) => ({
    method,
    path,
    functionName,
    handler: online[functionName],
  }));
  const httpRoutes = [...own, guardedRoute('online', online), guardedRoute('offline', offline)];
  const { url } = await startGateway({ httpRoutes });
  process.send?.(url);
}
