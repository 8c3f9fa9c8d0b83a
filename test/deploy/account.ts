import type { Emulator } from './emulator.ts';

/** A call to the emulator past all policies, as an administrator makes it. */
export interface Call {
  /** The name of the service in a signature. */
  readonly service: string;
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  /** Of the AWS JSON protocol: which operation is meant. */
  readonly target?: string;
  readonly body?: object;
}

/** The long-lived resources of an account that an update must not replace. */
export interface Resources {
  readonly tables: readonly string[];
  /** KMS keys that are not about to be deleted: each costs money. */
  readonly keys: readonly string[];
  readonly logGroups: readonly string[];
  /** The algorithms of the signing keys that the deployment made, as their aliases name them. */
  readonly algorithms: readonly string[];
}

/**
 * Invokes a Lambda function as an operator does, past API Gateway.
 * @throws Error with the function's answer if it failed
 */
export async function invoke<Result>(emulator: Emulator, functionName: string, event: object = {}): Promise<Result> {
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  return call<Result>(emulator, { service: 'lambda', path, body: event });
}

/** Disables the rule whose name contains this text. */
export async function stopSchedule(emulator: Emulator, text: string): Promise<void> {
  const events = <Body>(operation: string, body: object) =>
    call<Body>(emulator, { service: 'events', target: `AWSEvents.${operation}`, body });
  const { Rules } = await events<{ Rules: readonly { Name: string }[] }>('ListRules', {});
  const rule = Rules.find(({ Name }) => Name.includes(text));
  if (rule === undefined) throw new Error(`No rule is about ${text}.`);
  await events('DisableRule', { Name: rule.Name });
}

/** Lists the tables, live keys and log groups of the account. */
export async function listResources(emulator: Emulator): Promise<Resources> {
  const { TableNames } = await call<{ TableNames: string[] }>(emulator, {
    service: 'dynamodb',
    target: 'DynamoDB_20120810.ListTables',
  });
  const { logGroups } = await call<{ logGroups: { logGroupName: string }[] }>(emulator, {
    service: 'logs',
    target: 'Logs_20140328.DescribeLogGroups',
  });
  return {
    tables: TableNames.toSorted(),
    keys: (await liveKeys(emulator)).toSorted(),
    logGroups: logGroups.map(({ logGroupName }) => logGroupName).toSorted(),
    algorithms: await algorithms(emulator),
  };
}

async function algorithms(emulator: Emulator): Promise<readonly string[]> {
  const { Aliases } = await call<{ Aliases: { AliasName: string }[] }>(emulator, {
    service: 'kms',
    target: 'TrentService.ListAliases',
  });
  return Aliases.flatMap(({ AliasName }) => /^alias\/mintmark\/[^/]+\/([^/]+)$/.exec(AliasName)?.[1] ?? []).toSorted();
}

async function liveKeys(emulator: Emulator): Promise<readonly string[]> {
  const kms = <Body>(operation: string, body: object) =>
    call<Body>(emulator, { service: 'kms', target: `TrentService.${operation}`, body });
  const { Keys } = await kms<{ Keys: { KeyId: string }[] }>('ListKeys', {});
  const described = await Promise.all(
    Keys.map(({ KeyId }) => kms<{ KeyMetadata: { KeyId: string; KeyState: string } }>('DescribeKey', { KeyId })),
  );
  return described
    .filter(({ KeyMetadata }) => KeyMetadata.KeyState !== 'PendingDeletion')
    .map(({ KeyMetadata }) => KeyMetadata.KeyId);
}

/**
 * Calls a service whose protocol is JSON.
 * @throws Error with the answer if the service refuses, or a function fails
 */
export async function call<Body>(
  emulator: Emulator,
  { service, method = 'POST', path, target, body = {} }: Call,
): Promise<Body> {
  const response = await send(emulator, service, path, {
    method,
    headers: { 'content-type': 'application/x-amz-json-1.1', ...(target !== undefined && { 'x-amz-target': target }) },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  return (response === '' ? undefined : JSON.parse(response)) as Body;
}

/**
 * Calls a service whose protocol is a form and XML, and returns the XML.
 * @throws Error with the answer if the service refuses
 */
export function query(emulator: Emulator, service: string, parameters: Record<string, string>): Promise<string> {
  return send(emulator, service, '/', { body: new URLSearchParams({ Version: '2010-05-08', ...parameters }) });
}

/** MiniStack reads the service from the signature, and does not verify it. */
async function send({ url }: Emulator, service: string, path = '/', init: RequestInit): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(url + path, { method: 'POST', ...init, headers: { ...init.headers, authorization } });
  const text = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) {
    throw new Error(`${service}${path} answered ${response.status} ${text}`);
  }
  return text;
}
