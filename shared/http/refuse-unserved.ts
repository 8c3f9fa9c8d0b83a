import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { Context } from 'aws-lambda';
import type { LambdaTable } from '#shared/api/table.ts';
import { notFound } from '#shared/domain/errors.ts';
import type { AdaptersOf } from '#shared/ports.ts';
import { openPorts } from './open-ports.ts';
import type { GatewayReply } from './reply/replies.ts';
import type { GatewayEvent, Incoming } from './request/incoming.ts';
import type { StepPorts } from './step-ports.ts';
import { findRoute, nameTemplate } from './steps/find-route.ts';
import { readEvent } from './steps/read-event.ts';
import { onTheWayBack } from './way-back.ts';

/** A Lambda handler that refuses every request. */
export interface RefusingHandler {
  (event: GatewayEvent, context: Context): Promise<GatewayReply>;
  /** Makes the same handler with other adapters. */
  with(adapters: Partial<AdaptersOf<never>>): RefusingHandler;
}

/**
 * Makes the Lambda handler of API Gateway's default route. It answers 405 with the allowed methods at the path of a
 * route, in the style of that route, and 404 elsewhere. The tables are those of all functions, because several functions
 * can serve one path.
 */
export function refuseUnserved(
  { name, purpose, grants }: LambdaTable,
  served: readonly LambdaTable[],
  adapters: AdaptersOf<never>,
): RefusingHandler {
  const all: LambdaTable = { name, purpose, grants, routes: Object.assign({}, ...served.map(({ routes }) => routes)) };
  const ports = openPorts<StepPorts>(adapters);
  const chain = middy<Incoming, GatewayReply>()
    .use(onTheWayBack(all, ports))
    .use([httpHeaderNormalizer(), readEvent(), nameTemplate(all), findRoute(all)])
    .handler(() => {
      // API Gateway shows `//x` as `/x` after it has found no route for it.
      throw notFound();
    });
  // The first step turns the event into an `Incoming`; middy has no type for that.
  const handler = chain as unknown as (event: GatewayEvent, context: Context) => Promise<GatewayReply>;
  return Object.assign(handler, {
    with: (changed: Partial<AdaptersOf<never>>) =>
      refuseUnserved({ name, purpose, grants, routes: {} }, served, { ...adapters, ...changed }),
  });
}
