import type { Context } from './conditions.ts';
import type { Request } from './judge.ts';

/** A call to AWS in its JSON protocol: `kms:Sign` with the members of its body. */
export interface Call {
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A table as the account has it. */
export interface Table {
  readonly arn: string;
  readonly partitionKey: string;
  /** The KMS key that encrypts it; undefined for a key of AWS. */
  readonly keyArn: string | undefined;
}

/** A KMS key as the account has it. */
export interface Key {
  readonly arn: string;
  readonly spec: string;
  readonly usage: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
}

/** Looks up what a call names. */
export interface Account {
  /** Region and account id, as ARNs have them: `us-east-1:000000000000`. */
  readonly place: string;
  table(name: string): Promise<Table>;
  key(id: string): Promise<Key>;
}

/**
 * Returns what AWS authorizes for a call: a BatchGetItem each table, a CreateKey with tags also the tagging, a
 * CreateAlias the alias and the key, and a
 * request about a table of ours also the use of the table's key, for which DynamoDB asks in the name of the caller.
 * @throws Error for an operation that the judge does not know
 */
export function requestsOf(call: Call, account: Account): Promise<readonly Request[]> | readonly Request[] {
  const [service] = call.action.split(':');
  if (service === 'dynamodb') return requestsToDynamo(call, account);
  if (service === 'kms') return requestsToKms(call, account);
  if (service === 'events') return requestsToEvents(call, account);
  throw new Error(`The judge does not know ${call.action}.`);
}

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

async function requestsToDynamo({ action, body }: Call, account: Account): Promise<readonly Request[]> {
  const touched = await touchedTables({ action, body }, account);
  return touched.flatMap(({ table, index, items }) => {
    const resource = index === undefined ? table.arn : `${table.arn}/index/${index}`;
    const leading = items?.map((item) => String(Object.values(item[table.partitionKey] ?? {})[0]));
    const context: Context = leading === undefined ? {} : { 'dynamodb:LeadingKeys': leading };
    return [{ action, resource, context }, ...ofTablesKey(table, account)];
  });
}

interface Touched {
  readonly table: Table;
  readonly index?: string | undefined;
  /** The items that the call names; undefined for a query, which names them by an expression. */
  readonly items?: readonly Item[];
}

async function touchedTables({ action, body }: Call, { table }: Account): Promise<readonly Touched[]> {
  const { TableName, Key, Item, IndexName, RequestItems } = body as Record<string, string> & { Key: Item; Item: Item };
  switch (action) {
    case 'dynamodb:GetItem':
    case 'dynamodb:UpdateItem':
    case 'dynamodb:DeleteItem':
      return [{ table: await table(String(TableName)), items: [Key] }];
    case 'dynamodb:PutItem':
      return [{ table: await table(String(TableName)), items: [Item] }];
    case 'dynamodb:Query':
      return [{ table: await table(String(TableName)), index: IndexName }];
    case 'dynamodb:BatchGetItem': {
      const asked = Object.entries(RequestItems as unknown as Record<string, { Keys: readonly Item[] }>);
      return Promise.all(asked.map(async ([name, { Keys }]) => ({ table: await table(name), items: Keys })));
    }
    default:
      throw new Error(`The judge does not know ${action}.`);
  }
}

/** DynamoDB decrypts a table's key in the name of its caller ("DynamoDB encryption at rest: usage notes"). */
function ofTablesKey({ arn, keyArn }: Table, { place }: Account): readonly Request[] {
  if (keyArn === undefined) return [];
  const [region = '', accountId = ''] = place.split(':');
  const context: Context = {
    'kms:ViaService': [`dynamodb.${region}.amazonaws.com`],
    'kms:CallerAccount': [accountId],
    'kms:EncryptionContext:aws:dynamodb:tableName': [arn.split('/')[1] ?? ''],
    'kms:EncryptionContext:aws:dynamodb:subscriberId': [accountId],
    'kms:EncryptionContextKeys': ['aws:dynamodb:tableName', 'aws:dynamodb:subscriberId'],
  };
  return [{ action: 'kms:Decrypt', resource: keyArn, keyArn, context }];
}

interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

async function requestsToKms({ action, body }: Call, account: Account): Promise<readonly Request[]> {
  const base: Context = { 'kms:CallerAccount': [account.place.split(':')[1] ?? ''], ...ofBody(body) };
  if (action === 'kms:ListKeys' || action === 'kms:ListAliases') return [{ action, resource: '*', context: base }];
  if (action === 'kms:CreateKey') {
    const context = { ...base, 'kms:KeyUsage': [String(body.KeyUsage)], 'kms:KeySpec': [String(body.KeySpec)] };
    const create = { action, resource: '*', context };
    const tagging = { action: 'kms:TagResource', resource: `arn:aws:kms:${account.place}:key/new`, context };
    return body.Tags === undefined ? [create] : [create, tagging];
  }
  if (action === 'kms:CreateAlias') {
    const alias = { action, resource: `arn:aws:kms:${account.place}:${body.AliasName}`, context: base };
    return [alias, ...(await aboutKey(action, String(body.TargetKeyId), base, account))];
  }
  if (typeof body.KeyId !== 'string') throw new Error(`The judge does not know ${action} without a key.`);
  return aboutKey(action, body.KeyId, base, account);
}

async function aboutKey(action: string, id: string, base: Context, account: Account): Promise<readonly Request[]> {
  const key = await account.key(id);
  return [{ action, resource: key.arn, keyArn: key.arn, context: { ...base, ...ofKey(key) } }];
}

/** The condition keys that the members of a call's body answer. */
function ofBody(body: Call['body']): Context {
  const { SigningAlgorithm, MessageType = 'RAW', EncryptionContext = {}, Tags, PendingWindowInDays } = body;
  const pairs = Object.entries(EncryptionContext as Record<string, string>);
  const tags = Tags as readonly Tag[] | undefined;
  return {
    ...(SigningAlgorithm !== undefined && {
      'kms:SigningAlgorithm': [String(SigningAlgorithm)],
      'kms:MessageType': [String(MessageType)],
    }),
    ...(pairs.length > 0 && { 'kms:EncryptionContextKeys': pairs.map(([name]) => name) }),
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, [value]])),
    ...(tags !== undefined && { 'aws:TagKeys': tags.map(({ TagKey }) => TagKey) }),
    ...Object.fromEntries((tags ?? []).map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, [TagValue]])),
    ...(PendingWindowInDays !== undefined && {
      'kms:ScheduleKeyDeletionPendingWindowInDays': [String(PendingWindowInDays)],
    }),
  };
}

function ofKey({ spec, usage, tags, aliases }: Key): Context {
  return {
    'kms:KeySpec': [spec],
    'kms:KeyUsage': [usage],
    ...(aliases.length > 0 && { 'kms:ResourceAliases': aliases }),
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:ResourceTag/${name}`, [value]])),
  };
}

function requestsToEvents({ action, body }: Call, { place }: Account): readonly Request[] {
  if (action !== 'events:PutEvents') throw new Error(`The judge does not know ${action}.`);
  const entries = body.Entries as readonly { readonly EventBusName?: string }[];
  const buses = new Set(entries.map(({ EventBusName = 'default' }) => EventBusName.replace(/^arn:.*\//, '')));
  return [...buses].map((name) => ({ action, resource: `arn:aws:events:${place}:event-bus/${name}`, context: {} }));
}
