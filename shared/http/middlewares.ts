import type { MiddlewareObj } from '@middy/core';
import { gatewayPath, type LambdaTable, type Method, type Route } from '#shared/api/table.ts';
import type { AuditEvent } from '#shared/domain/audit.ts';
import { authorize } from '#shared/domain/authority.ts';
import { resourceMetadataUri } from '#shared/domain/discovery.ts';
import { DomainError, notFound } from '#shared/domain/errors.ts';
import { isSecretInPlaceOfId } from '#shared/domain/ids.ts';
import type { AuditLog, Clock, FailureCounter } from '#shared/domain/ports.ts';
import { settleAfterwards } from './afterwards.ts';
import { decodeBody } from './body.ts';
import { authenticate, type CallerPorts, identityOf, isManager, permissionOf } from './caller.ts';
import { readIfMatch } from './entity-tag.ts';
import { asDomainError, renderError } from './errors.ts';
import { type GatewayEvent, type Incoming, readIncoming } from './incoming.ts';
import { logRequest } from './log.ts';
import type { GatewayReply } from './replies.ts';
import { validate } from './validate.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Reads API Gateway's event, of either version, into one shape for everything that follows. */
export function readEvent(): MiddlewareObj {
  return {
    before: (request) => {
      request.event = readIncoming(request.event as GatewayEvent);
    },
  };
}

/** One line for each request, whatever became of it (U1). */
export function writeLog(table: LambdaTable): Middleware {
  return {
    after: ({ event, response }) => logRequest(table.name, event, response),
    onError: ({ event, response, error }) => logRequest(table.name, event, response, error),
  };
}

/** Shows the log line what counts failures, which may have to count alone (R6). */
export function watchFailures(ports: () => { readonly failures?: FailureCounter }): Middleware {
  return {
    before: ({ event }) => {
      event.failures = ports().failures;
    },
  };
}

/** Lets callers quote the request in question. */
export function nameRequest(): Middleware {
  const name = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response != null && event.requestId !== undefined) response.headers['x-request-id'] = event.requestId;
  };
  return { after: name, onError: name };
}

/** The one catch: every error becomes an answer in the route's style. */
export function answerErrors(table: LambdaTable, ports: () => { readonly issuer: string }): Middleware {
  return {
    onError: (request) => {
      const { event, error } = request;
      const routes = Object.values(table.routes);
      const served = routes.filter((route) => isAskedFor(route, event));
      const { errors: style = 'problem', caller } = event.route ?? served[0] ?? routes[0] ?? {};
      const isManagement = typeof caller === 'object' && 'permission' in caller;
      request.response = renderError(asDomainError(error), style, {
        allowedMethods: served.map(({ method }) => method),
        resourceMetadataUri: () => (isManagement ? resourceMetadataUri(ports().issuer) : undefined),
      });
    },
  };
}

/** Whether a request is for this route's path; the method is another question. */
function isAskedFor({ path }: Route, { pathTemplate, path: asked }: Incoming): boolean {
  const template = gatewayPath(path);
  return template === pathTemplate && (template === path || path === asked);
}

/** Ids are what we or our callers made them (see `shared/api/fields.ts`); nothing else can name anything. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** From here on ids go into log and audit lines, so that a secret which somebody put in the place of one must not. */
function mayBeId(text: string): boolean {
  return ID.test(text) && !isSecretInPlaceOfId(text);
}

/** Finds the table's route for this request. */
export function findRoute(table: LambdaTable): Middleware {
  return {
    before: ({ event }) => {
      const candidates = Object.entries(table.routes).filter(([, route]) => isAskedFor(route, event));
      const match = candidates.find(([, route]) => route.method === (event.method as Method));
      if (candidates.length === 0) throw notFound();
      if (match === undefined) throw new DomainError('method_not_allowed', 'This path does not take that method.');
      if (!Object.values(event.target).every(mayBeId)) throw notFound();
      [event.operation, event.route] = match;
    },
  };
}

/** Decodes the body, so that client credentials in it can be read. */
export function decodeMembers(): Middleware {
  return {
    before: ({ event }) => {
      const { body } = routeOf(event);
      if (body !== undefined) event.members = decodeBody(event, body);
    },
  };
}

/** Recognises the caller. */
export function recogniseCaller(ports: () => CallerPorts): Middleware {
  return {
    before: async ({ event }) => {
      event.caller = await authenticate(event, routeOf(event).caller, ports());
    },
  };
}

/**
 * Notes that a client's credential is in use (Q7), while the request goes on.
 */
export function noteUse(ports: () => CallerPorts): Middleware {
  const notes = new WeakMap<Incoming, Promise<void>>();
  const settle = ({ event }: { event: Incoming }) => settleAfterwards('note of use', event, notes.get(event));
  return {
    before: ({ event }) => {
      const { caller } = event;
      const { usageNotes, clock } = ports();
      if (caller === undefined || isManager(caller) || usageNotes === undefined) return;
      if (caller.credential === undefined) return;
      const note = usageNotes.note(caller.credential, clock.nowSeconds());
      notes.set(event, note);
      // Most notes are made long before the answer, and most often there is nothing to note.
      note.then(
        () => notes.delete(event),
        () => undefined,
      );
    },
    after: settle,
    onError: settle,
  };
}

/** Refuses a manager who may not do this, before anything is said about the request itself. */
export function authoriseCaller(): Middleware {
  return {
    before: ({ event }) => {
      const permission = permissionOf(routeOf(event).caller);
      if (permission !== undefined && isManager(event.caller))
        authorize(event.caller, { permission, ids: event.target });
    },
  };
}

/** Checks query and body, now that the caller is known. */
export function checkInput(): Middleware {
  return {
    before: ({ event }) => {
      const { query, body } = routeOf(event);
      event.expectedVersion = readIfMatch(event.headers['if-match']);
      if (query !== undefined) event.parsedQuery = validate(query, event.query);
      if (body !== undefined) event.body = validate(body.schema, event.members);
    },
  };
}

/**
 * Writes down a change before it is made, which must succeed, and afterwards what became of it (U4, U5). Where anybody
 * may ask, only what the operation finds to be an attempt is one: else anybody could fill the audit log.
 */
export function audit(ports: () => AuditPorts): Middleware {
  const conclude = async (event: Incoming, outcome: AuditEvent['outcome'], reason?: string) => {
    if (event.isAttempted !== true) return;
    await settleAfterwards('audit outcome', event, append(event, { outcome, reason }, ports()));
  };
  return {
    before: async ({ event }) => {
      const { caller, audit: type } = routeOf(event);
      if (type !== undefined && caller !== 'anyone') await auditAttempt(event, {}, ports());
    },
    after: ({ event }) => {
      const reason = event.reply?.unchangedBecause;
      return conclude(event, reason === undefined ? 'succeeded' : 'refused', reason);
    },
    onError: ({ event, error }) => conclude(event, 'refused', asDomainError(error).code),
  };
}

/** Writes down that something is about to be changed, and what. */
export async function auditAttempt(
  event: Incoming,
  target: Readonly<Record<string, string>>,
  ports: AuditPorts,
): Promise<void> {
  Object.assign(event.target, target);
  await append(event, { outcome: 'attempted' }, ports);
  event.isAttempted = true;
}

interface AuditPorts {
  readonly clock: Clock;
  readonly audit?: AuditLog;
}

async function append(
  event: Incoming,
  became: Pick<AuditEvent, 'outcome' | 'reason'>,
  { audit: log, clock }: AuditPorts,
): Promise<void> {
  const type = routeOf(event).audit;
  if (type === undefined || log === undefined || event.repeatedReply !== undefined) return;
  const { requestId, target, source, userAgent } = event;
  const actor = { ...identityOf(event), ip: source, userAgent };
  await log.append({ type, ...became, timeSeconds: clock.nowSeconds(), requestId, actor, target });
}

function routeOf(event: Incoming): Route {
  if (event.route === undefined) throw new Error('The route is known before this is asked.');
  return event.route;
}
