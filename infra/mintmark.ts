import { join } from 'node:path';
import type { Authorizer, IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LambdaTable } from '#shared/api/table.ts';
import { tables as lambdaTables } from '#shared/api/tables.ts';
import { authorizer, bootstrap, rotatePepper, sendMails } from '#shared/api/without-routes.ts';
import { createAlarms } from './constructs/alarms.ts';
import { type AuthorizerOptions, createHttpAuthorizer, createRestAuthorizer } from './constructs/authorizer.ts';
import { EncryptionKey } from './constructs/encryption-key.ts';
import { createFunction, type FunctionSettings } from './constructs/functions.ts';
import { PublicApi } from './constructs/http-api.ts';
import { assertIssuer } from './constructs/issuer.ts';
import { MadeKeys } from './constructs/made-keys.ts';
import { Mails } from './constructs/mails/mails.ts';
import { limitPolicies } from './constructs/policy-size.ts';
import { protectedApiSetting } from './constructs/protected-api.ts';
import { createSchedule } from './constructs/schedules.ts';
import { SigningKeys } from './constructs/signing-keys.ts';
import { createTables } from './constructs/tables.ts';
import { type MintmarkProps, type MintmarkSettings, withDefaults } from './mintmark-props.ts';
import type { GrantableResources } from './permissions.ts';

/** All Lambdas except the authorizer, which is deployed once for each protected API. */
const served: readonly LambdaTable[] = lambdaTables.filter((table) => table !== authorizer);

/**
 * A complete deployment of Mintmark: one issuer with its keys, tables, functions and HTTP API. Use it in your own
 * stack.
 */
export class Mintmark extends Construct {
  /** The issuer of all tokens and the base URL of all endpoints, without a slash at its end. */
  readonly issuer: string;
  readonly api: PublicApi;
  /** The tables, the keys, the event bus and the queue of mails. */
  readonly resources: GrantableResources;
  /**
   * Name → function: one for each API table, and `authorizer-<name>` for each protected API. Without `mailFrom` there is no
   * `send-mails`.
   */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** The bus for rules about audit events. The events have the source `mintmark`. */
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
    const { signingKeys } = this.resources;
    new MadeKeys(this, 'MadeKeys', { signingKeys, functions: this.functions, removalPolicy: settings.removalPolicy });
    limitPolicies(this);
    createAlarms(this, { ...settings, api: this.api, functions: this.functions, mails: this.resources.mails });
  }

  /** The URL at which verifiers find the public signing keys. */
  get jwksUrl(): string {
    return `${this.issuer}/.well-known/jwks.json`;
  }

  /** Creates the first administrator. A principal that may invoke it controls the whole workspace. */
  get bootstrapFunction(): LambdaFunction {
    return this.#find(bootstrap.name);
  }

  /** Replaces the pepper. A principal that may invoke it can make all secrets invalid. */
  get rotatePepperFunction(): LambdaFunction {
    return this.#find(rotatePepper.name);
  }

  /**
   * Creates an authorizer for routes of an HTTP API, with the rules of `protectedApis[name]`.
   * @throws Error if there are no rules of this name, or decisions about bound tokens or variables would be cached
   */
  httpAuthorizer(name: string, options: AuthorizerOptions = {}): HttpLambdaAuthorizer {
    return createHttpAuthorizer(this.#guard(name), options);
  }

  /**
   * Creates an authorizer for methods of a REST API, with the rules of `protectedApis[name]`. `scope` is in the stack
   * of that API.
   * @throws Error if there are no rules of this name, or decisions about bound tokens or variables would be cached
   */
  restAuthorizer(scope: Construct, name: string, options: AuthorizerOptions = {}): Authorizer & IAuthorizer {
    return createRestAuthorizer(scope, this.#guard(name), options);
  }

  #guard(name: string) {
    const handler = this.#find(authorizerName(name));
    const protectedApi = this.#protectedApis[name];
    if (protectedApi === undefined) throw new Error(`There is no protected API "${name}".`);
    return { name, handler, protectedApi };
  }

  #createResources(settings: MintmarkSettings): GrantableResources {
    const { signingAlgorithms: algorithms, removalPolicy, mailFrom } = settings;
    const encryptionKey = new EncryptionKey(this, 'EncryptionKey', { removalPolicy });
    return {
      encryptionKey,
      signingKeys: new SigningKeys(this, 'SigningKeys', { algorithms, removalPolicy }),
      tables: createTables(this, { encryptionKey, removalPolicy }),
      eventBus: this.eventBus,
      mails: mailFrom === undefined ? undefined : new Mails(this, 'Mails', { mailFrom }),
    };
  }

  #createFunctions(settings: MintmarkSettings): ReadonlyMap<string, LambdaFunction> {
    const { issuer, resources, api } = this;
    const common: FunctionSettings = { ...settings, issuer, mutualTlsUrl: api.mutualTlsUrl, resources };
    const functions = new Map<string, LambdaFunction>();
    for (const table of served) {
      if (table === sendMails && resources.mails === undefined) continue;
      const handler = createFunction(this, { name: table.name, table }, common);
      this.api.serve(table.name, handler);
      if (table.schedule !== undefined) createSchedule(handler, table.schedule);
      if (table === sendMails) resources.mails?.deliverTo(handler);
      functions.set(table.name, handler);
    }
    for (const [apiName, protectedApi] of Object.entries(settings.protectedApis)) {
      const name = authorizerName(apiName);
      const bundle = join(settings.bundlesDirectory, authorizer.name);
      const setting = protectedApiSetting(apiName, protectedApi, bundle);
      functions.set(name, createFunction(this, { name, table: authorizer, ...setting }, common));
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
