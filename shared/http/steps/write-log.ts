import type { LambdaTable } from '#shared/api/table.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import { logRequest } from '../log.ts';
import type { Middleware } from './step.ts';

/** Writes one line for each request, successful or refused (U1). */
export function writeLog(table: LambdaTable): Middleware {
  return {
    after: ({ event, response }) => logRequest(table.name, event, response),
    onError: ({ event, response, error }) => logRequest(table.name, event, response, error),
  };
}

/** Shows the log line what counts failures, which may have to count alone (R6); functions without clients have none. */
export function watchFailures(ports: () => { readonly failures?: FailureCounter }): Middleware {
  return {
    before: ({ event }) => {
      event.failures = ports().failures;
    },
  };
}
