import type { Authorizer, IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LambdaTable } from '#shared/api/table.ts';
import { tables as lambdaTables } from '#shared/api/tables.ts';
import { authorizer, bootstrap, rotatePepper } from '#shared/api/without-routes.ts';
import { createAlarms } from './alarms.ts';
import {
  type AuthorizerOptions,
  createHttpAuthorizer,
  createRestAuthorizer,
  protectedApiSetting,
} from './authorizer.ts';
import { EncryptionKey } from './encryption-key.ts';
import { createFunction, type FunctionSettings } from './functions.ts';
import { PublicApi } from './http-api.ts';
import { assertIssuer } from './issuer.ts';
import { type MintmarkProps, type MintmarkSettings, withDefaults } from './mintmark-props.ts';
import type { GrantableResources } from './permissions.ts';
import { createSchedule } from './schedules.ts';
import { SigningKeys } from './signing-keys.ts';
import { createTables } from './tables.ts';

/** Every Lambda but the authorizer, which is deployed once for each protected API. */
const served: readonly LambdaTable[] = lambdaTables.filter((table) => table !== authorizer);

/** All of Mintmark: one issuer with its keys, tables, functions and HTTP API. Put it into a stack of your own. */
export class Mintmark extends Construct {
  /** The issuer of all tokens and the base URL of all endpoints, without a slash at its end. */
  readonly issuer: string;
  readonly api: PublicApi;
  /** Its tables and keys. */
  readonly resources: GrantableResources;
  /** By name: those of the API tables, and `authorizer-<name>` for each protected API. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** Where rules for audit events belong; the events have the source `mintmark`. */
  readonly eventBus: EventBus | IEventBus;

  readonly #protectedApis: MintmarkSettings['protectedApis'];

  constructor(scope: Construct, id: string, props: MintmarkProps = {}) {
    super(scope, id);
    const settings = withDefaults(props);
    this.#protectedApis = settings.protectedApis;
    this.api = new PublicApi(this, 'Api', settings);
    this.issuer = settings.issuer ?? this.api.url;
    assertIssuer(this.issuer);
    this.eventBus = settings.eventBus ?? new EventBus(this, 'Events', { description: 'What happens in Mintmark' });
    this.resources = this.#createResources(settings);
    this.functions = this.#createFunctions(settings);
    for (const name of Object.keys(settings.reservedConcurrency)) this.#find(name);
    createAlarms(this, { ...settings, api: this.api, functions: this.functions });
  }

  /** Where verifiers find the public signing keys. */
  get jwksUrl(): string {
    return `${this.issuer}/.well-known/jwks.json`;
  }

  /** Makes the first administrator; whoever may invoke it through IAM owns this workspace. */
  get bootstrapFunction(): LambdaFunction {
    return this.#find(bootstrap.name);
  }

  /** Replaces the pepper; whoever may invoke it through IAM can make every secret worthless. */
  get rotatePepperFunction(): LambdaFunction {
    return this.#find(rotatePepper.name);
  }

  /**
   * Guards routes of an HTTP API by the rules of `protectedApis[name]`.
   * @throws Error where there are no such rules, or decisions about senders would be cached
   */
  httpAuthorizer(name: string, options: AuthorizerOptions = {}): HttpLambdaAuthorizer {
    return createHttpAuthorizer(this.#guard(name), options);
  }

  /**
   * Guards methods of a REST API by the rules of `protectedApis[name]`; `scope` is within the stack of that API.
   * @throws Error where there are no such rules, or decisions about senders would be cached
   */
  restAuthorizer(scope: Construct, name: string, options: AuthorizerOptions = {}): Authorizer & IAuthorizer {
    return createRestAuthorizer(scope, this.#guard(name), options);
  }

  #guard(name: string) {
    const handler = this.#find(authorizerName(name));
    const protectedApi = this.#protectedApis[name];
    if (protectedApi === undefined) throw new Error(`"${name}" is no protected API.`);
    return { name, handler, protectedApi };
  }

  #createResources(settings: MintmarkSettings): GrantableResources {
    const { signingAlgorithms: algorithms, removalPolicy } = settings;
    const encryptionKey = new EncryptionKey(this, 'EncryptionKey', { removalPolicy });
    return {
      encryptionKey,
      signingKeys: new SigningKeys(this, 'SigningKeys', { algorithms, removalPolicy }),
      tables: createTables(this, { encryptionKey, removalPolicy }),
      eventBus: this.eventBus,
    };
  }

  #createFunctions(settings: MintmarkSettings): ReadonlyMap<string, LambdaFunction> {
    const { issuer, resources, api } = this;
    const common: FunctionSettings = { ...settings, issuer, mutualTlsUrl: api.mutualTlsUrl, resources };
    const functions = new Map<string, LambdaFunction>();
    for (const table of served) {
      const handler = createFunction(this, { name: table.name, table }, common);
      this.api.serve(table.name, handler);
      if (table.schedule !== undefined) createSchedule(handler, table.schedule);
      functions.set(table.name, handler);
    }
    for (const [apiName, protectedApi] of Object.entries(settings.protectedApis)) {
      const name = authorizerName(apiName);
      const environment = { MINTMARK_PROTECTED_API: protectedApiSetting(apiName, protectedApi) };
      functions.set(name, createFunction(this, { name, table: authorizer, environment }, common));
    }
    return functions;
  }

  #find(name: string): LambdaFunction {
    const found = this.functions.get(name);
    if (found !== undefined) return found;
    throw new Error(`Mintmark has no function "${name}". It has ${[...this.functions.keys()].join(', ')}.`);
  }
}

function authorizerName(protectedApiName: string): string {
  return `${authorizer.name}-${protectedApiName}`;
}
