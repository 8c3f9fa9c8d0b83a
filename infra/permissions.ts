import { Lazy, Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { EnvironmentVariable, Grant } from '#shared/ports.ts';
import type { EncryptionKey } from './constructs/encryption-key.ts';
import type { Mails } from './constructs/mails/mails.ts';
import type { KeysOfProduct, SigningKeys } from './constructs/signing-keys.ts';
import type { TableName } from './constructs/table-schemas.ts';
import type { Tables } from './constructs/tables.ts';
import type { GrantedResource, GrantedStatement } from './granted.ts';
import { grants } from './grants.ts';
import { permitKeyUse } from './key-use.ts';

type TableResource = Exclude<
  GrantedResource,
  'signingKeys' | KeysOfProduct | 'wrappingKey' | 'eventBus' | 'mailQueue' | 'mailSender'
>;

const tableOf: Readonly<Record<TableResource, TableName>> = {
  clients: 'clients',
  'clients/index/byOwner': 'clients',
  directory: 'directory',
  'directory/index/byList': 'directory',
  'directory/index/byMember': 'directory',
  tokens: 'tokens',
  audit: 'audit',
};

/** The resources of this deployment that the grants of `grants.ts` name. */
export interface GrantableResources {
  readonly tables: Tables;
  readonly signingKeys: SigningKeys;
  readonly encryptionKey: EncryptionKey;
  readonly eventBus: Pick<IEventBus, 'eventBusArn' | 'eventBusName'>;
  /** Undefined in a deployment that sends no mails. */
  readonly mails: Mails | undefined;
}

/** Gives a role exactly the permissions of these grants, and the use of the key that encrypts their tables. */
export function permit(role: Role, granted: readonly Grant[], resources: GrantableResources): void {
  const statements = granted.flatMap((grant) => grants[grant].statements);
  for (const statement of statements) permitStatement(role, statement, resources);
  permitEncryptedTables(role, statements, resources);
}

function permitStatement(
  role: Role,
  { actions, resources, conditions }: GrantedStatement,
  { tables, signingKeys, encryptionKey, eventBus, mails }: GrantableResources,
): void {
  if (resources.includes('signingKeys')) signingKeys.permit(role, actions);
  for (const keys of resources.filter(isKeysOfProduct)) signingKeys.permitOfProduct(role, keys, actions);
  if (resources.includes('wrappingKey')) permitKeyUse(encryptionKey, role, { actions, conditions });
  if (resources.includes('mailSender')) mails?.permitSending(role, actions);
  const arns = resources.filter(isTableResource).map((resource) => arnOf(resource, tables));
  if (resources.includes('eventBus')) arns.push(eventBus.eventBusArn);
  if (resources.includes('mailQueue') && mails !== undefined) arns.push(mails.queue.queueArn);
  if (arns.length === 0) return;
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: arns, ...(conditions && { conditions }) }),
  );
}

function permitEncryptedTables(
  role: Role,
  statements: readonly GrantedStatement[],
  { tables, encryptionKey }: GrantableResources,
): void {
  const touched = statements.flatMap(({ resources }) =>
    resources.filter(isTableResource).map((resource) => tableOf[resource]),
  );
  if (touched.length === 0) return;
  const names = [...new Set(touched)].sort().map((name) => tables[name].tableName);
  encryptionKey.permitTables(role, names);
}

const keysOfProduct: readonly GrantedResource[] = [
  'madeKeys',
  'newKeys',
  'newAliases',
  'namedKeys',
  'keyList',
  'aliasList',
] satisfies readonly KeysOfProduct[];

function isKeysOfProduct(resource: GrantedResource): resource is KeysOfProduct {
  return keysOfProduct.includes(resource);
}

function isTableResource(resource: GrantedResource): resource is TableResource {
  return resource in tableOf;
}

/** Returns a table's ARN; for `clients/index/byOwner`, the ARN followed by `/index/byOwner`. */
function arnOf(resource: TableResource, tables: Tables): string {
  const table = tableOf[resource];
  return `${tables[table].tableArn}${resource.slice(table.length)}`;
}

/** Returns the settings that the adapters of these grants read, and no other settings. */
export function settingsOf(granted: readonly Grant[], resources: GrantableResources): Readonly<Record<string, string>> {
  const values = settingsFrom(resources);
  const read = granted.flatMap((grant) => grants[grant].environment);
  return Object.fromEntries(
    read.flatMap((variable) => (values[variable] === undefined ? [] : [[variable, values[variable]]])),
  );
}

/**
 * Writes the policy for keys that the product creates. It is read last, when it contains the permissions of all roles,
 * and CDK then merges its statements.
 */
function policyOf(signingKeys: SigningKeys): string {
  return Stack.of(signingKeys).toJsonString(Lazy.any({ produce: () => signingKeys.policyOfMade }));
}

function settingsFrom({
  tables,
  signingKeys,
  encryptionKey,
  eventBus,
  mails,
}: GrantableResources): Partial<Record<EnvironmentVariable, string>> {
  const keyArns = [...signingKeys.byAlgorithm].map(([algorithm, key]) => [algorithm, key.keyArn]);
  return {
    MINTMARK_CLIENTS_TABLE: tables.clients.tableName,
    MINTMARK_DIRECTORY_TABLE: tables.directory.tableName,
    MINTMARK_TOKENS_TABLE: tables.tokens.tableName,
    MINTMARK_AUDIT_TABLE: tables.audit.tableName,
    MINTMARK_SIGNING_KEYS: Stack.of(signingKeys).toJsonString(Object.fromEntries(keyArns)),
    MINTMARK_SIGNING_KEY_POLICY: policyOf(signingKeys),
    MINTMARK_SIGNING_KEY_ALIASES: signingKeys.aliasPrefix,
    MINTMARK_WRAPPING_KEY: encryptionKey.keyArn,
    MINTMARK_WORKSPACE: signingKeys.workspace,
    MINTMARK_EVENT_BUS: eventBus.eventBusName,
    ...mails?.settings,
  };
}
