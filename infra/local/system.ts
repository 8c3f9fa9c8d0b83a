import { join } from 'node:path';
import type { Administrator, BootstrapRequest } from '#shared/domain/founding/bootstrap.ts';
import type { EnvironmentVariable } from '#shared/ports.ts';
import { functionRoutes } from '../routes.ts';
import { createTables, startLocalDynamo } from './dynamo.ts';
import { type BusEvent, startLocalEvents } from './events.ts';
import { type AdapterChanges, localFunctions } from './functions.ts';
import type { Gateway, GatewayOptions } from './gateway/configuration.ts';
import { startGateway } from './gateway/gateway.ts';
import { lambdaContext } from './gateway/lambda-context.ts';
import { startLocalKms } from './kms/kms.ts';
import { type LocalMail, startLocalMail } from './mail/local-mail.ts';
import type { ReceivedMail } from './mail/mailbox.ts';
import { mailboxRoute } from './mail/mailbox-page.ts';
import { sampleApi } from './sample-api.ts';
import { type ScheduledFunction, schedules, startSchedules } from './schedules.ts';
import { provideKeys } from './signing-keys.ts';

const BOOTSTRAP_MILLISECONDS = 30_000;

const MAIL_MILLISECONDS = 10_000;

/** How to start the local system. */
export interface SystemOptions {
  /** The data folder. Without it, all data is in memory. */
  readonly folder?: string;
  /** 0, the default, means any free port. */
  readonly port?: number;
  /** With it, the issuer is an https URL; by default it is an http URL. */
  readonly https?: GatewayOptions['https'];
  /** A second port with mutual TLS for the same routes; none by default. */
  readonly mutualTls?: GatewayOptions['mutualTls'] | undefined;
  readonly adapters?: AdapterChanges;
  /** Whether scheduled functions run by themselves; by default they do. */
  readonly runsSchedules?: boolean;
  /** Called with each event that is sent to EventBridge. */
  readonly onEvent?: (event: BusEvent) => void;
  /** Called with each mail that is sent. */
  readonly onMail?: (mail: ReceivedMail) => void;
  /** Called with each request that was answered. */
  readonly onRequest?: GatewayOptions['onRequest'];
}

/** The whole product, running on this machine. */
export interface System {
  /** The issuer and base URL. */
  readonly url: string;
  /** The base URL for clients with certificates (mutual TLS). */
  readonly mutualTlsUrl: string | undefined;
  /** Invokes the bootstrap function, as an operator with IAM permission does in AWS. */
  bootstrap(event?: BootstrapRequest): Promise<Administrator>;
  /** Invokes the function that replaces the pepper; with `finish`, the function that removes the older peppers. */
  rotatePepper(event?: { finish?: boolean }): Promise<{ createdAt: string | null; overlapping: number }>;
  /** Runs a scheduled function now and resolves with its result. */
  run(name: ScheduledFunction): Promise<unknown>;
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/**
 * Starts the engines and the gateway, and creates tables and keys for the real handlers. Environment variables can name
 * other engines.
 */
export async function startSystem({
  folder,
  port = 0,
  https,
  mutualTls,
  adapters,
  runsSchedules = true,
  onEvent = () => {},
  onMail = () => {},
  onRequest = () => {},
}: SystemOptions = {}): Promise<System> {
  const opened: Closable[] = [];
  const closeAll = async () => {
    for (const part of opened.reverse().splice(0)) await part.close();
  };
  try {
    opened.push(...(await startEngines({ folder, onEvent })));
    const mail = await startLocalMail({ path: folder && join(folder, 'mails.json'), onMail });
    opened.push(point(mail, 'AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_SESV2'));
    const settings: Settings = { ...(await provideSettings()), ...mailSettings(mail) };
    const functions = localFunctions((variable) => settings[variable] ?? '', adapters);
    mail.deliverTo((event) => functions['send-mails'](event, lambdaContext('send-mails', MAIL_MILLISECONDS)));
    const gateway = await startRoutes(functions, { port, https, mutualTls, onRequest, mail });
    opened.push(gateway);
    settings.MINTMARK_ISSUER = gateway.url;
    settings.MINTMARK_MTLS_URL = gateway.mutualTlsUrl ?? '';
    settings.MINTMARK_PROTECTED_API = JSON.stringify({ ...sampleApi.protection, origin: gateway.url });
    const run = runner(functions);
    if (runsSchedules) opened.push(startSchedules(run));
    return {
      url: gateway.url,
      mutualTlsUrl: gateway.mutualTlsUrl,
      bootstrap: (event) => functions.bootstrap(event ?? {}, lambdaContext('bootstrap', BOOTSTRAP_MILLISECONDS)),
      rotatePepper: (event) =>
        functions['rotate-pepper'](event ?? {}, lambdaContext('rotate-pepper', BOOTSTRAP_MILLISECONDS)),
      run,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface EngineOptions {
  readonly folder: string | undefined;
  readonly onEvent: (event: BusEvent) => void;
}

/**
 * Starts the engines that the environment does not name, and sets the environment variables by which the AWS SDK finds
 * them.
 */
async function startEngines({ folder, onEvent }: EngineOptions): Promise<Closable[]> {
  process.env.AWS_REGION ??= 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  // With a profile, the SDK would first look for real credentials. The engines of this process do not need any.
  if (isUnset('AWS_ENDPOINT_URL_DYNAMODB') && isUnset('AWS_ENDPOINT_URL_KMS')) delete process.env.AWS_PROFILE;
  const opened: Closable[] = [];
  if (isUnset('AWS_ENDPOINT_URL_DYNAMODB')) {
    const dynamo = await startLocalDynamo(folder && join(folder, 'dynamodb'));
    opened.push(point(dynamo, 'AWS_ENDPOINT_URL_DYNAMODB'));
  }
  if (isUnset('AWS_ENDPOINT_URL_KMS')) {
    const kms = await startLocalKms(folder === undefined ? {} : { path: join(folder, 'kms.json') });
    opened.push(point(kms, 'AWS_ENDPOINT_URL_KMS'));
  }
  if (isUnset('AWS_ENDPOINT_URL_EVENTBRIDGE')) {
    opened.push(point(await startLocalEvents(onEvent), 'AWS_ENDPOINT_URL_EVENTBRIDGE'));
  }
  return opened;
}

type EndpointVariable = `AWS_ENDPOINT_URL_${'DYNAMODB' | 'KMS' | 'EVENTBRIDGE' | 'SESV2' | 'SQS'}`;

function isUnset(variable: EndpointVariable): boolean {
  return (process.env[variable] ?? '') === '';
}

/** Sets the variables by which the AWS SDK finds the engine, until the engine is closed. */
function point(engine: Closable & { readonly url: string }, ...variables: readonly EndpointVariable[]): Closable {
  for (const variable of variables) process.env[variable] = engine.url;
  return {
    close: async () => {
      for (const variable of variables) delete process.env[variable];
      await engine.close();
    },
  };
}

type Settings = Partial<Record<EnvironmentVariable, string>>;

/** Returns the settings that CloudFormation gives to functions in AWS. */
async function provideSettings(): Promise<Settings> {
  const [tables, keys] = await Promise.all([createTables('mintmark'), provideKeys()]);
  return {
    MINTMARK_CLIENTS_TABLE: tables.clients,
    MINTMARK_DIRECTORY_TABLE: tables.directory,
    MINTMARK_TOKENS_TABLE: tables.tokens,
    MINTMARK_AUDIT_TABLE: tables.audit,
    MINTMARK_SIGNING_KEYS: keys.signing,
    MINTMARK_WRAPPING_KEY: keys.wrapping,
    MINTMARK_WORKSPACE: 'mintmark',
    MINTMARK_SIGNING_KEY_ALIASES: 'alias/mintmark/mintmark/local/',
    MINTMARK_EVENT_BUS: 'mintmark',
    MINTMARK_DEFAULT_AUDIENCE: process.env.MINTMARK_DEFAULT_AUDIENCE ?? '',
    MINTMARK_IMPORTED_SECRETS: process.env.MINTMARK_IMPORTED_SECRETS ?? '',
    MINTMARK_HS256_APIS: process.env.MINTMARK_HS256_APIS ?? '',
  };
}

/** Returns the settings for mails. They come from an address that nobody reads. */
function mailSettings({ queueUrl }: LocalMail): Settings {
  return {
    MINTMARK_MAIL_QUEUE: queueUrl,
    MINTMARK_MAIL_FROM: 'login@example.com',
    MINTMARK_MAIL_CONFIGURATION_SET: 'mintmark',
  };
}

/** Returns a function that runs a scheduled function as EventBridge does. The event is empty. */
function runner(functions: ReturnType<typeof localFunctions>) {
  const seconds = new Map(schedules.map(({ name, timeoutSeconds }) => [name, timeoutSeconds]));
  return (name: ScheduledFunction): Promise<unknown> =>
    functions[name]({}, lambdaContext(name, (seconds.get(name) ?? 0) * 1_000));
}

function startRoutes(
  functions: ReturnType<typeof localFunctions>,
  {
    mail,
    ...listening
  }: Pick<GatewayOptions, 'port' | 'https' | 'mutualTls' | 'onRequest'> & { readonly mail: LocalMail },
): Promise<Gateway> {
  const own = functionRoutes().map(({ method, path, functionName }) => ({
    method,
    path,
    functionName,
    handler: functions[functionName],
  }));
  return startGateway({
    ...listening,
    httpRoutes: [...own, ...sampleApi.httpRoutes(functions.authorizer), mailboxRoute(mail)],
    restApis: [sampleApi.restApi(functions.authorizer)],
  });
}
