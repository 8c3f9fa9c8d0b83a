import type { LambdaTable } from '#shared/api/table.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import { logRequest } from '../log.ts';
import type { Middleware } from './step.ts';

/** Writes one log line for each request, successful or refused (U1). */
export function writeLog(table: LambdaTable): Middleware {
  return {
    after: ({ event, response }) => logRequest(table.name, event, response),
    onError: ({ event, response, error }) => logRequest(table.name, event, response, error),
  };
}

/** Hands the counter of failures to the log line, which says how many failures it could not share (R6). */
export function watchFailures(ports: () => { readonly failures?: FailureCounter }): Middleware {
  return {
    before: ({ event }) => {
      event.failures = ports().failures;
    },
  };
}
