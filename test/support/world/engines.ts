import { createTables, startLocalDynamo } from '#infra/local/dynamo.ts';
import { provideKeys } from '#infra/local/signing-keys.ts';
import type { Environment, EnvironmentVariable } from '#shared/ports.ts';
import { rememberAwsEnvironment } from './aws-environment.ts';
import type { DynamoEngine } from './dynamo-engines.ts';
import { type EngineProxy, startEngineProxy } from './engine-proxy.ts';
import { startKmsWithLentKeys } from './lent-keys.ts';
import { countWaitingTime } from './waiting-time.ts';

/** The settings that the deployment gives a function. */
export type Settings = Readonly<Partial<Record<EnvironmentVariable, string>>>;

/** DynamoDB and KMS for adapters, behind proxies that count and fail. */
export interface Engines {
  readonly dynamo: EngineProxy;
  readonly kms: EngineProxy;
  /** The settings of a workspace that has empty tables of its own. */
  newWorkspace(): Promise<Settings>;
  close(): Promise<void>;
}

const ISSUER = 'https://auth.example.com';

/** Starts the engines and points the AWS SDK of this process at them. */
export async function startEngines(startDynamo: DynamoEngine['start'] = () => startLocalDynamo()): Promise<Engines> {
  const restoreEnvironment = rememberAwsEnvironment();
  const restoreTimers = countWaitingTime();
  process.env.AWS_REGION ??= 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  const engines = [await startDynamo(), await startKmsWithLentKeys()] as const;
  const dynamo = await startEngineProxy(engines[0]);
  const kms = await startEngineProxy(engines[1]);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo.url;
  process.env.AWS_ENDPOINT_URL_KMS = kms.url;
  const keys = await provideKeys();
  let workspaces = 0;
  return {
    dynamo,
    kms,
    newWorkspace: async () => {
      workspaces += 1;
      const tables = await createTables(`workspace${workspaces}`);
      return {
        MINTMARK_ISSUER: ISSUER,
        MINTMARK_CLIENTS_TABLE: tables.clients,
        MINTMARK_DIRECTORY_TABLE: tables.directory,
        MINTMARK_TOKENS_TABLE: tables.tokens,
        MINTMARK_AUDIT_TABLE: tables.audit,
        MINTMARK_SIGNING_KEYS: keys.signing,
        MINTMARK_WRAPPING_KEY: keys.wrapping,
        MINTMARK_WORKSPACE: `workspace${workspaces}`,
        MINTMARK_SIGNING_KEY_ALIASES: `alias/mintmark/workspace${workspaces}/test/`,
      };
    },
    close: async () => {
      for (const part of [dynamo, kms, ...engines]) await part.close();
      restoreEnvironment();
      restoreTimers();
    },
  };
}

/** An environment like that of a new process: adapters with one environment share clients and memory. */
export function environmentOf(settings: Settings): Environment {
  return (variable) => settings[variable] ?? '';
}
