import type { GatewayRequest } from './gateway-request.ts';
import { headerValues } from './header-fields.ts';
import { multiValueQueryParameters } from './query-string.ts';

/** Values of `$context.*` (HTTP API) or `context.*` (REST API) by name. */
export type ContextVariables = Readonly<Record<string, string>>;

/** The values of all identity sources in their declared order; undefined when one of them is missing or empty. */
export type IdentityReader = (request: GatewayRequest, context: ContextVariables) => readonly string[] | undefined;

type SourceReader = (request: GatewayRequest, context: ContextVariables) => string | undefined;

interface Notation {
  readonly request: string;
  readonly context: string;
  readonly contextVariables: readonly string[];
}

/** How HTTP APIs write identity sources. */
export const HTTP_API_NOTATION: Notation = {
  request: '$request.',
  context: '$context.',
  contextVariables: ['httpMethod', 'identity.sourceIp', 'path', 'routeKey', 'stage'],
};

/** How REST APIs write identity sources. */
export const REST_API_NOTATION: Notation = {
  request: 'method.request.',
  context: 'context.',
  contextVariables: ['httpMethod', 'identity.sourceIp', 'path', 'resourcePath', 'stage'],
};

/**
 * Compiles an authorizer's identity sources. A value sent several times counts as all of them, comma-joined, so that no
 * copy of a header escapes the cache key.
 *
 * @throws {Error} on an expression the API does not know
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
  throw new Error(`Identity source ${expression} is unknown`);
}

function nameAfter(prefix: string, expression: string): string | undefined {
  return expression.startsWith(prefix) && expression.length > prefix.length
    ? expression.slice(prefix.length)
    : undefined;
}
