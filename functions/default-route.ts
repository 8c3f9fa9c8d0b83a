import { ambient } from '#shared/adapters/node/ambient.ts';
import { tables } from '#shared/api/tables.ts';
import { defaultRoute } from '#shared/api/without-routes.ts';
import { refuseUnserved } from '#shared/http/refuse-unserved.ts';

/** Refuses each request that no route of API Gateway takes: the path is unknown, or does not serve the method. */
export const handler = refuseUnserved(defaultRoute, tables, ambient);
