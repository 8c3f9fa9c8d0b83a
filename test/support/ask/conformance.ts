import { isDeepStrictEqual } from 'node:util';
import { errorCodes } from '#infra/openapi/error-codes.ts';
import type { LambdaTable, Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';
import { renderError } from '#shared/http/reply/errors.ts';
import type { Reply } from '../world/deployment.ts';

interface Place {
  readonly operation: string;
  readonly pattern: RegExp;
  readonly table: LambdaTable;
  readonly route: Route;
}

const places: readonly Place[] = (tables as readonly LambdaTable[]).flatMap((table) =>
  Object.entries(table.routes).map(([operation, route]) => ({
    operation,
    pattern: patternOf(route.path),
    table,
    route,
  })),
);

/**
 * Compares a reply with the API tables: it must have the status, headers and body that the route declares, and no more.
 * @throws Error that names what differs
 */
export function assertConforms(method: string, path: string, reply: Reply): void {
  const faults = conformanceFaults(method, path, reply);
  if (faults.length > 0) throw new Error(`${method} ${path} ${reply.status} ${reply.text}: ${faults.join(', ')}`);
}

/** The differences between this reply and the API tables. API Gateway itself answers a path without a route. */
export function conformanceFaults(method: string, path: string, reply: Reply): readonly string[] {
  const there = places.filter(({ pattern }) => pattern.test(path.split('?', 1)[0] ?? ''));
  const [specific] = there.toSorted((left, right) => variables(left.route.path) - variables(right.route.path));
  if (specific === undefined) return reply.status === 404 ? [] : ['no such path'];
  const place = there.find(({ route }) => route.method === method && route.path === specific.route.path);
  if (place === undefined) return refusalFaults(reply, specific.route, ['method_not_allowed']);
  if (reply.status === place.route.reply.status) return successFaults(reply, place.route);
  return refusalFaults(reply, place.route, errorCodes(place.operation, place.table, place.route));
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

function variables(template: string): number {
  return template.split('{').length;
}

function successFaults({ headers, text, body }: Reply, { reply }: Route): readonly string[] {
  const { schema, maxAgeSeconds, signedAs } = reply;
  const caching = maxAgeSeconds === undefined ? 'no-store' : `public, max-age=${maxAgeSeconds}`;
  const shownCaching = headers.get('cache-control') ?? '';
  const isOnlySigned = schema === undefined && signedAs !== undefined;
  const parsed = schema?.safeParse(body);
  return faultsOf({
    'cache-control':
      maxAgeSeconds === 'varying' ? /^public, max-age=\d+$/.test(shownCaching) : shownCaching === caching,
    'x-request-id': headers.has('x-request-id'),
    etag: headers.get('etag') === entityTagOf(body),
    'content-type':
      (schema === undefined && !isOnlySigned) ||
      headers.get('content-type') === (isOnlySigned ? signedAs : 'application/json'),
    body: schema === undefined ? isOnlySigned !== (text === '') : parsed?.success === true,
    'members that the schema does not declare': parsed?.success !== true || isDeepStrictEqual(parsed.data, body),
  });
}

/** A body with a version has it as its ETag too (RFC 9110 §8.8.3). */
function entityTagOf(body: unknown): string | null {
  const { version } = Object(body) as { version?: unknown };
  return version === undefined ? null : `"${version}"`;
}

function refusalFaults(reply: Reply, { errors }: Route, codes: readonly ErrorCode[]): readonly string[] {
  const { status, headers, body } = reply;
  const declared = codes.map((code) =>
    renderError(new DomainError(code, '', {}), errors, {
      allowedMethods: [],
      resourceMetadataUri: () => undefined,
      requestId: '',
    }),
  );
  const members = Object.keys(Object(body)).filter((name) => name !== 'field');
  const codeOf = (error: { error?: string; code?: string }) => error.error ?? error.code;
  const match = declared.find(
    (error) => error.statusCode === status && codeOf(JSON.parse(error.body)) === codeOf(Object(body)),
  );
  return faultsOf({
    'an error that is not documented': match !== undefined,
    'cache-control': headers.get('cache-control') === 'no-store',
    'x-request-id': headers.has('x-request-id'),
    'content-type': headers.get('content-type') === match?.headers['content-type'],
    'www-authenticate':
      headers.has('www-authenticate') === (match !== undefined && 'www-authenticate' in match.headers),
    'members of the error': isDeepStrictEqual(members, Object.keys(Object(match && JSON.parse(match.body)))),
  });
}

function faultsOf(holds: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(holds).filter((name) => holds[name] === false);
}
