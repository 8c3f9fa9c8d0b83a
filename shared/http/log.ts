import { Logger } from '@aws-lambda-powertools/logger';
import { identityOf, tenantOf } from './caller/caller.ts';
import { measure } from './metrics.ts';
import { asDomainError } from './reply/errors.ts';
import type { GatewayReply } from './reply/replies.ts';
import type { Incoming } from './request/incoming.ts';

const logger = new Logger({ serviceName: 'mintmark' });

/**
 * Writes one JSON line about a request: its caller, route, address and outcome. The line has no text from a body, from
 * a header that can hold a secret, or from an error message, because a message can quote both (U1, U6).
 */
export function logRequest(functionName: string, event: Incoming, reply: unknown, thrown?: unknown): void {
  const { statusCode } = (reply ?? {}) as Partial<GatewayReply>;
  const outcome = thrown == null ? 'ok' : asDomainError(thrown).code;
  const latencyMilliseconds = Math.round(performance.now() - event.startedAtMilliseconds);
  const untold = event.failures?.takeUntold() ?? 0;
  const untoldFailures = untold > 0 && { untoldFailures: untold };
  const forgedSecrets = thrown != null && asDomainError(thrown).isForged && { forgedSecrets: 1 };
  const counts = { requests: 1, latencyMilliseconds, ...forgedSecrets, ...untoldFailures };
  const fields = {
    requestId: event.requestId,
    operation: event.operation,
    route: `${event.method} ${event.route?.path ?? event.pathTemplate}`,
    status: statusCode,
    clientId: event.caller && identityOf(event).clientId,
    tenantId: tenantOf(event),
    // `findRoute` checks the ids of the path. Before that, they can be any text.
    target: event.route && event.target,
    ip: event.source,
    userAgent: event.userAgent,
    exceeded: exceededIn(event),
    ...measure({ function: functionName, outcome }, counts),
  };
  if (thrown != null && (statusCode ?? 500) >= 500) {
    logger.error('request', { ...fields, cause: describeCause(thrown) });
    return;
  }
  logger.info('request', fields);
}

/** Names the quotas that a request exceeded without being refused. */
function exceededIn({ reply }: Incoming): readonly string[] | undefined {
  const exceeded = reply?.quotas?.filter(({ isExceeded }) => isExceeded) ?? [];
  return exceeded.length === 0 ? undefined : exceeded.map(({ name }) => name);
}

/** Writes one line about a task, which is a run without an HTTP route (bootstrap, authorizer). */
export function logTask(functionName: string, outcome: string, fields: Readonly<Record<string, unknown>>): void {
  logger.info('task', { ...measure({ function: functionName, outcome }, { tasks: 1 }), ...fields });
}

/** Writes one line about a task that failed: an error with its causes, or a plain line if it refused its input. */
export function logTaskFailure(functionName: string, thrown: unknown): void {
  const outcome = asDomainError(thrown).code;
  const isFailure = outcome === 'server_error' || outcome === 'temporarily_unavailable';
  if (!isFailure) {
    logTask(functionName, outcome, {});
    return;
  }
  const measured = measure({ function: functionName, outcome }, { tasks: 1 });
  logger.error('task', { ...measured, cause: describeCause(thrown) });
}

/** The records that are written once the result of a request is certain. */
export type LateRecord = 'audit outcome' | 'idempotency record' | 'note of use';

/** Writes one line about a late record that is lost. The result of the request stays as it is. */
export function logLost(what: LateRecord, event: Incoming, thrown: unknown): void {
  const measured = measure({ outcome: `${what} lost` }, { losses: 1 });
  logger.error(`${what} lost`, { requestId: event.requestId, ...measured, cause: describeCause(thrown) });
}

/** Lists an error and its causes with name and stack, the innermost last. Messages are left out: they quote input. */
function describeCause(thrown: unknown): readonly object[] {
  const chain: object[] = [];
  for (let error = thrown; error instanceof Error && chain.length < 5; error = error.cause) {
    const at = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
    chain.push({ name: error.name, at: at?.slice(0, 8).map((line) => line.trim()) });
  }
  return chain;
}
