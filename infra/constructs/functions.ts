import { join } from 'node:path';
import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LambdaTable } from '#shared/api/table.ts';
import type { Grant } from '#shared/ports.ts';
import { type GrantableResources, permit, settingsOf } from '../permissions.ts';
import { limitEnvironment } from './environment-size.ts';

const TIMEOUT_SECONDS = 10;

const MEMORY_MIB = 512;
/**
 * Lambda gives CPU in proportion to memory. Hashing and key generation take half the time with twice the memory, at the
 * same cost.
 */
const COMPUTING_MEMORY_MIB = 1024;
/** The grants of functions that compute much. */
const COMPUTING_GRANTS: readonly Grant[] = ['secrets:hash', 'keys:generate'];

/** The grants of functions that register APIs for HS256, or sign and verify with HS256. */
const HS256_GRANTS: readonly Grant[] = ['directory:write', 'signing-secrets:use'];

/** The settings that all functions of a deployment share. */
export interface FunctionSettings {
  readonly issuer: string;
  readonly mutualTlsUrl: string | undefined;
  readonly defaultAudience?: string | undefined;
  readonly importedSecrets: boolean;
  readonly hs256Apis: boolean;
  /** Contains one folder for each API table, as `bundle.ts` writes them. */
  readonly bundlesDirectory: string;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Function name → reserved concurrent executions. The reservation is also the function's limit. */
  readonly reservedConcurrency: Readonly<Record<string, number>>;
  readonly resources: GrantableResources;
}

interface Deployed {
  /** Differs from the table's name if one table is deployed several times. */
  readonly name: string;
  readonly table: LambdaTable;
  /** Settings in addition to the settings of the grants. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The code of the function; undefined for the bundle of the table. */
  readonly code?: Code | undefined;
}

/**
 * Creates the Lambda of an API table, with its own role and log group. The table's grants decide what the role permits.
 */
export function createFunction(
  scope: Construct,
  { name, table, environment, code }: Deployed,
  settings: FunctionSettings,
): LambdaFunction {
  const home = new Construct(scope, pascalCase(name));
  const { removalPolicy, logRetention: retention } = settings;
  const logGroup = new LogGroup(home, 'Logs', { retention, removalPolicy });
  const reservedConcurrentExecutions = settings.reservedConcurrency[name];
  const handler = new LambdaFunction(home, 'Function', {
    description: table.purpose,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: code ?? Code.fromAsset(join(settings.bundlesDirectory, table.name)),
    handler: 'index.handler',
    role: createRole(home, { table, logGroup, resources: settings.resources }),
    environment: { ...environmentOf(table.grants, settings), ...environment },
    memorySize: table.grants.some((grant) => COMPUTING_GRANTS.includes(grant)) ? COMPUTING_MEMORY_MIB : MEMORY_MIB,
    timeout: Duration.seconds(table.timeoutSeconds ?? TIMEOUT_SECONDS),
    tracing: Tracing.ACTIVE,
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
  });
  limitEnvironment(handler, name);
  return handler;
}

interface RoleProps {
  readonly table: LambdaTable;
  readonly logGroup: LogGroup;
  readonly resources: GrantableResources;
}

/**
 * Creates a role without managed policies, because even Lambda's basic policy permits writing to all log groups of the
 * account.
 */
function createRole(scope: Construct, { table, logGroup, resources }: RoleProps): Role {
  const role = new Role(scope, 'Role', {
    description: `Mintmark ${table.name}: ${table.purpose}`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  permit(role, table.grants, resources);
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources: xray:PutTraceSegments and xray:PutTelemetryRecords accept only *.',
  });
  return role;
}

function environmentOf(granted: readonly Grant[], settings: FunctionSettings) {
  const { issuer, mutualTlsUrl, defaultAudience, importedSecrets, hs256Apis, resources } = settings;
  const issues = granted.includes('tokens:sign') || granted.includes('tokens:issue');
  const choosesAudience = issues && defaultAudience !== undefined;
  return {
    NODE_OPTIONS: '--enable-source-maps',
    POWERTOOLS_SERVICE_NAME: 'mintmark',
    MINTMARK_ISSUER: issuer,
    ...(mutualTlsUrl !== undefined && { MINTMARK_MTLS_URL: mutualTlsUrl }),
    ...(choosesAudience && { MINTMARK_DEFAULT_AUDIENCE: defaultAudience }),
    ...(importedSecrets && granted.includes('secrets:hash') && { MINTMARK_IMPORTED_SECRETS: 'on' }),
    ...(hs256Apis && HS256_GRANTS.some((grant) => granted.includes(grant)) && { MINTMARK_HS256_APIS: 'on' }),
    ...settingsOf(granted, resources),
  };
}

/** Converts `create-token` to `CreateToken`, the style of names in CloudFormation. */
function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
