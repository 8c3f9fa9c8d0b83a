import { writeFileSync } from 'node:fs';
import type { Caller, LambdaTable, Method } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';
import { auditEventTypes } from '#shared/domain/records/audit.ts';
import { renderError } from '#shared/http/reply/errors.ts';
import type { EnvironmentVariable } from '#shared/ports.ts';
import { grants } from './grants.ts';
import { MEANING } from './openapi/error-responses.ts';

const all: readonly LambdaTable[] = tables;

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Variable → its meaning for a function. */
const VARIABLES: Readonly<Record<EnvironmentVariable, string>> = {
  MINTMARK_ISSUER: 'the issuer, without a slash at its end',
  MINTMARK_MTLS_URL: 'the base URL for mutual TLS',
  MINTMARK_DEFAULT_AUDIENCE: 'the API that is meant if an exchange names no API and could mean several',
  MINTMARK_IMPORTED_SECRETS: '`on` takes secrets that another product hashed',
  MINTMARK_HS256_APIS: '`on` lets APIs choose HS256',
  MINTMARK_CLIENTS_TABLE: 'the table of clients',
  MINTMARK_DIRECTORY_TABLE: 'the table of tenants, users, roles, APIs, settings and signing keys',
  MINTMARK_TOKENS_TABLE: 'the table of revocations, refresh tokens and other records with an end',
  MINTMARK_AUDIT_TABLE: 'the table of audit events',
  MINTMARK_EVENT_BUS: 'the EventBridge bus for audit events',
  MINTMARK_MAIL_QUEUE: 'the URL of the queue of mails',
  MINTMARK_MAIL_FROM: 'the address from which mails are sent',
  MINTMARK_MAIL_CONFIGURATION_SET: 'the configuration set of SES for mails',
  MINTMARK_SIGNING_KEYS: 'JSON: algorithm → ARN of the key that the deployment made',
  MINTMARK_SIGNING_KEY_POLICY: 'the key policy for signing keys that the product makes',
  MINTMARK_SIGNING_KEY_ALIASES: 'how the aliases of signing keys begin that the product makes',
  MINTMARK_WRAPPING_KEY: 'the ARN of the key that wraps pepper, signing secrets and signing keys',
  MINTMARK_WORKSPACE: 'the tag on signing keys that the product makes',
  MINTMARK_PROTECTED_API: 'JSON: the rules of the API that the authorizer guards',
};

/**
 * The variables that come from a setting of the deployment and not from a grant. Every function that can use them gets
 * them.
 */
const BY_SETTING: readonly EnvironmentVariable[] = [
  'MINTMARK_ISSUER',
  'MINTMARK_MTLS_URL',
  'MINTMARK_DEFAULT_AUDIENCE',
  'MINTMARK_IMPORTED_SECRETS',
  'MINTMARK_HS256_APIS',
];

const INTRODUCTION = `# Reference

These tables are generated: \`npm run reference\` writes them from the sources, and a test fails while they are out of date.
The content of each request and answer is in \`openapi.json\`, which you can read with any OpenAPI tool.`;

const ROUTES = `Anyone may call some routes. Other routes take a client with its credentials, or the bearer of a management token with the
named permission: \`read:\` for \`GET\`, \`test:\` to try an API, \`write:\` for all other methods. The management API has the
issuer followed by \`/v1/\` as its identifier.`;

const LAMBDAS = `Every Lambda function has an IAM role of its own. The role allows what the grants of the function say and nothing else.
\`infra/grants.ts\` says which IAM actions a grant means.`;

const ERRORS = `The management API answers with problem details (RFC 9457), whose \`code\` is in the first column. The OAuth endpoints answer
with \`error\` (RFC 6749 section 5.2), which is in the second column.`;

const AUDIT_EVENTS = `Each change has one type of event. [Audit](use/audit.md) says how to read and receive events.`;

const ENVIRONMENT = `The construct sets these variables. An operator sets none of them by hand: [Settings](run/settings.md) lists the settings of
a deployment.`;

/** The text of `docs/reference.md`. The same sources give the same text. */
export function referencePage(): string {
  const sections = [
    INTRODUCTION,
    '## Routes',
    ROUTES,
    table(['path', 'methods', 'caller', 'Lambda'], routeRows()),
    '## Lambdas and grants',
    LAMBDAS,
    table(['Lambda', 'what it does', 'grants'], lambdaRows()),
    '## Error codes',
    ERRORS,
    table(['code', 'at OAuth endpoints', 'status', 'meaning'], errorRows()),
    '## Audit events',
    AUDIT_EVENTS,
    auditEventTypes.map((type) => `- \`${type}\``).join('\n'),
    '## Environment variables of the functions',
    ENVIRONMENT,
    table(['variable of a function', 'meaning', 'given by'], variableRows()),
  ];
  return `${sections.join('\n\n')}\n`;
}

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** One row for each path and each Lambda behind it. */
function routeRows(): readonly Row[] {
  const routes = all.flatMap(({ name, routes }) => Object.values(routes).map((route) => ({ ...route, lambda: name })));
  const groups = Object.entries(Object.groupBy(routes, ({ path, lambda }) => `${path} ${lambda}`));
  const inOrder = groups.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return inOrder.map(([key, group = []]) => {
    const [path, lambda] = key.split(' ');
    const sorted = group.toSorted((one, other) => METHODS.indexOf(one.method) - METHODS.indexOf(other.method));
    const methods = sorted.map(({ method }) => method).join(' ');
    const callers = [...new Set(sorted.map(({ caller }) => callerOf(caller)))].join(', ');
    return [`\`${path}\``, methods, callers, `\`${lambda}\``];
  });
}

function callerOf(caller: Caller): string {
  if (caller === 'grant') return 'client, or signer of an assertion';
  if (typeof caller === 'string') return caller;
  return 'permission' in caller ? `\`${caller.permission}\`` : `client or \`${caller.clientOrPermission}\``;
}

function lambdaRows(): readonly Row[] {
  return all.map(({ name, purpose, grants }) => [`\`${name}\``, purpose, grants.join(', ')]);
}

function errorRows(): readonly Row[] {
  return (Object.keys(MEANING) as ErrorCode[]).map((code) => {
    const { statusCode, body } = renderError(new DomainError(code, MEANING[code]), 'oauth', {
      allowedMethods: [],
      resourceMetadataUri: () => undefined,
      requestId: '',
    });
    const { error } = JSON.parse(body) as { readonly error: string };
    return [`\`${code}\``, `\`${error}\``, String(statusCode), MEANING[code]];
  });
}

function variableRows(): readonly Row[] {
  return (Object.keys(VARIABLES) as EnvironmentVariable[]).map((variable) => {
    const granting = Object.entries(grants).filter(([, { environment }]) => environment.includes(variable));
    const given = BY_SETTING.includes(variable) ? 'a setting' : granting.map(([grant]) => grant).join(', ');
    return [`\`${variable}\``, VARIABLES[variable], given];
  });
}

if (import.meta.main) writeFileSync(new URL('../docs/reference.md', import.meta.url), referencePage());
