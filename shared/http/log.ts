import { Logger } from '@aws-lambda-powertools/logger';
import { identityOf, tenantOf } from './caller/caller.ts';
import { measure } from './metrics.ts';
import { asDomainError } from './reply/errors.ts';
import type { GatewayReply } from './reply/replies.ts';
import type { Incoming } from './request/incoming.ts';

const logger = new Logger({ serviceName: 'mintmark' });

/**
 * One JSON line for a request: who asked for what, from where, and what came of it. Nothing here comes from a body,
 * a header that could hold a secret, or an error's message, which may quote either (U1, U6).
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
    // Ids from a path are known to be ids only where the route was found; before that they are anybody's text.
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

/** Quotas that a request went beyond without being refused for it. */
function exceededIn({ reply }: Incoming): readonly string[] | undefined {
  const exceeded = reply?.quotas?.filter(({ isExceeded }) => isExceeded) ?? [];
  return exceeded.length === 0 ? undefined : exceeded.map(({ name }) => name);
}

/** A task without HTTP around it (bootstrap, authorizer). */
export function logTask(functionName: string, outcome: string, fields: Readonly<Record<string, unknown>>): void {
  logger.info('task', { ...measure({ function: functionName, outcome }, { tasks: 1 }), ...fields });
}

/** A task that ended without a result: a refusal is everyday, anything else is told by name, for somebody to look at. */
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

/** What is written down after a request's result is certain. */
export type Afterthought = 'audit outcome' | 'idempotency record' | 'note of use';

/** What was to be written down after the request could not be; what the request did is not touched by that. */
export function logLost(what: Afterthought, event: Incoming, thrown: unknown): void {
  const measured = measure({ outcome: `${what} lost` }, { losses: 1 });
  logger.error(`${what} lost`, { requestId: event.requestId, ...measured, cause: describeCause(thrown) });
}

/** Names and places of what went wrong, innermost last; messages are left out, because they quote input. */
function describeCause(thrown: unknown): readonly object[] {
  const chain: object[] = [];
  for (let error = thrown; error instanceof Error && chain.length < 5; error = error.cause) {
    const at = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
    chain.push({ name: error.name, at: at?.slice(0, 8).map((line) => line.trim()) });
  }
  return chain;
}
