import { call, query } from '../account.ts';
import type { Emulator } from '../emulator.ts';
import type { KeyPolicy, RolePolicy } from './ledger.ts';
import { statementsOf } from './policy.ts';
import type { Account, Key, Table } from './requests.ts';

/** Region and account of the emulator. */
const PLACE = 'us-east-1:000000000000';

/** The policies of an account, as CloudFormation has put them there from the synthesized template. */
export interface DeployedPolicies extends Account {
  /** The role of each function, by the function's name. */
  roles(): Promise<ReadonlyMap<string, RolePolicy>>;
  /** The policy of a key. */
  policyOf(keyArn: string): Promise<KeyPolicy>;
  /** The policies of all keys that are not about to be deleted. */
  keys(): Promise<readonly KeyPolicy[]>;
  /** Reads everything anew. Call it after a deployment. */
  forget(): void;
}

/** Reads an account's policies when a call first needs them. */
export function deployedPolicies(emulator: Emulator): DeployedPolicies {
  let known = new Map<string, Promise<unknown>>();
  const once = <Value>(name: string, read: () => Promise<Value>): Promise<Value> => {
    const reading = (known.get(name) ?? read()) as Promise<Value>;
    known.set(name, reading);
    return reading;
  };
  const policyOf = (keyArn: string) => once(`policy ${keyArn}`, () => readKeyPolicy(emulator, keyArn));
  return {
    place: PLACE,
    roles: () => once('roles', () => readRoles(emulator)),
    table: (name) => once(`table ${name}`, () => readTable(emulator, name)),
    key: (id) => once(`key ${id}`, () => readKey(emulator, id)),
    policyOf,
    keys: async () => {
      const { Keys } = await kms<{ Keys: readonly { KeyArn: string }[] }>(emulator, 'ListKeys', {});
      return Promise.all(Keys.map(({ KeyArn }) => policyOf(KeyArn)));
    },
    forget: () => {
      known = new Map();
    },
  };
}

interface Functions {
  readonly Functions: readonly { readonly FunctionName: string; readonly Role: string }[];
  readonly NextMarker?: string;
}

async function readRoles(emulator: Emulator): Promise<ReadonlyMap<string, RolePolicy>> {
  const roles = new Map<string, RolePolicy>();
  let marker = '';
  do {
    const path = `/2015-03-31/functions/?Marker=${encodeURIComponent(marker)}`;
    const { Functions, NextMarker = '' } = await call<Functions>(emulator, { service: 'lambda', method: 'GET', path });
    for (const { FunctionName: functionName, Role: roleArn } of Functions) {
      roles.set(functionName, { functionName, roleArn, statements: await readStatements(emulator, roleArn) });
    }
    marker = NextMarker;
  } while (marker !== '');
  return roles;
}

async function readStatements(emulator: Emulator, roleArn: string): Promise<RolePolicy['statements']> {
  const RoleName = roleArn.replace(/^.*\//, '');
  const ask = (Action: string, more = {}) => query(emulator, 'iam', { Action, RoleName, ...more });
  const attached = membersOf(await ask('ListAttachedRolePolicies'), 'PolicyArn');
  // The roles of Mintmark have none. Those of a team's own functions call nothing that the judge knows.
  if (attached.length > 0) return [];
  const names = membersOf(await ask('ListRolePolicies'), 'member');
  const policies = await Promise.all(names.map((PolicyName) => ask('GetRolePolicy', { PolicyName })));
  const documents = policies.flatMap((answer) => membersOf(answer, 'PolicyDocument'));
  return documents.flatMap((document) => statementsOf(JSON.parse(decodeURIComponent(document))));
}

function membersOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
}

interface TableDescription {
  readonly TableArn: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
}

async function readTable(emulator: Emulator, TableName: string): Promise<Table> {
  const { Table: table } = await call<{ Table: TableDescription }>(emulator, {
    service: 'dynamodb',
    target: 'DynamoDB_20120810.DescribeTable',
    body: { TableName },
  });
  const partitionKey = table.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
  return { arn: table.TableArn, partitionKey, keyArn: await tablesKey(emulator) };
}

/** MiniStack does not report the key of a table that CloudFormation has made. All tables of Mintmark have one key. */
async function tablesKey(emulator: Emulator): Promise<string> {
  const { Keys } = await kms<{ Keys: readonly { KeyId: string }[] }>(emulator, 'ListKeys', {});
  for (const { KeyId } of Keys) {
    const { KeyMetadata } = await kms<{ KeyMetadata: KeyMetadata }>(emulator, 'DescribeKey', { KeyId });
    if (KeyMetadata.Description.startsWith("Encrypts Mintmark's tables")) return KeyMetadata.Arn;
  }
  throw new Error("The account has no key for Mintmark's tables.");
}

interface KeyMetadata {
  readonly Arn: string;
  readonly KeySpec: string;
  readonly KeyUsage: string;
  readonly Description: string;
}

async function readKey(emulator: Emulator, KeyId: string): Promise<Key> {
  const { KeyMetadata } = await kms<{ KeyMetadata: KeyMetadata }>(emulator, 'DescribeKey', { KeyId });
  const { Arn: arn, KeySpec: spec, KeyUsage: usage } = KeyMetadata;
  const { Tags = [] } = await kms<{ Tags?: readonly { TagKey: string; TagValue: string }[] }>(
    emulator,
    'ListResourceTags',
    { KeyId: arn },
  );
  const { Aliases } = await kms<{ Aliases: readonly { AliasName: string }[] }>(emulator, 'ListAliases', { KeyId: arn });
  return {
    arn,
    spec,
    usage,
    tags: Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
    aliases: Aliases.map(({ AliasName }) => AliasName),
  };
}

/** Keys that Mintmark makes have one policy and, for the ledger, one name. */
async function readKeyPolicy(emulator: Emulator, KeyId: string): Promise<KeyPolicy> {
  const { Policy } = await kms<{ Policy: string }>(emulator, 'GetKeyPolicy', { KeyId, PolicyName: 'default' });
  const { KeyMetadata } = await kms<{ KeyMetadata: KeyMetadata }>(emulator, 'DescribeKey', { KeyId });
  const { tags } = await readKey(emulator, KeyId);
  const isMade = tags['mintmark:workspace'] !== undefined;
  const name = isMade ? `keys that Mintmark makes (${KeyMetadata.KeySpec})` : `key "${KeyMetadata.Description}"`;
  return { name, statements: statementsOf(JSON.parse(Policy)) };
}

function kms<Body>(emulator: Emulator, operation: string, body: object): Promise<Body> {
  return call<Body>(emulator, { service: 'kms', target: `TrentService.${operation}`, body });
}
