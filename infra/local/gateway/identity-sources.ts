import type { GatewayRequest } from './wire/gateway-request.ts';
import { headerValues } from './wire/header-fields.ts';
import { multiValueQueryParameters } from './wire/query-string.ts';

/** Name → value of `$context.*` (HTTP API) or `context.*` (REST API). */
export type ContextVariables = Readonly<Record<string, string>>;

/** Reads the values of all identity sources, in the declared order; undefined if a value is missing or empty. */
export type IdentityReader = (request: GatewayRequest, context: ContextVariables) => readonly string[] | undefined;

type SourceReader = (request: GatewayRequest, context: ContextVariables) => string | undefined;

interface Notation {
  readonly request: string;
  readonly context: string;
  readonly contextVariables: readonly string[];
}

/** The notation of identity sources in HTTP APIs. */
export const HTTP_API_NOTATION: Notation = {
  request: '$request.',
  context: '$context.',
  contextVariables: ['httpMethod', 'identity.sourceIp', 'path', 'routeKey', 'stage'],
};

/** The notation of identity sources in REST APIs. */
export const REST_API_NOTATION: Notation = {
  request: 'method.request.',
  context: 'context.',
  contextVariables: ['httpMethod', 'identity.sourceIp', 'path', 'resourcePath', 'stage'],
};

/**
 * Compiles the identity sources of an authorizer. Repeated values are joined by commas, so that the cache key contains
 * each copy of a header.
 *
 * @throws Error if the API does not know an expression
 */
export function compileIdentitySources(expressions: readonly string[], notation: Notation): IdentityReader {
  const sources = expressions.map((expression) => compileSource(expression, notation));
  return function readIdentity(request, context) {
    const values = sources.flatMap((read) => read(request, context) || []);
    return values.length === sources.length ? values : undefined;
  };
}

function compileSource(expression: string, notation: Notation): SourceReader {
  const header = nameAfter(`${notation.request}header.`, expression);
  if (header !== undefined) return ({ headers }) => headerValues(headers, header).join(',');
  const parameter = nameAfter(`${notation.request}querystring.`, expression);
  if (parameter !== undefined) {
    return ({ rawQueryString }) => multiValueQueryParameters(rawQueryString)[parameter]?.join(',');
  }
  const variable = nameAfter(notation.context, expression);
  if (variable !== undefined && notation.contextVariables.includes(variable)) {
    return (_request, context) => context[variable];
  }
  throw new Error(`Identity source ${expression} is unknown.`);
}

function nameAfter(prefix: string, expression: string): string | undefined {
  return expression.startsWith(prefix) && expression.length > prefix.length
    ? expression.slice(prefix.length)
    : undefined;
}
