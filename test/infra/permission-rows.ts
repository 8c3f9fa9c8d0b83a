import { Aws } from 'aws-cdk-lib';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { tableSchemas } from '#infra/constructs/table-schemas.ts';
import { logicalIdOf, propertiesOf, type Synthesized } from './synthesize.ts';

/** The name of keys that have no ARN yet. */
export const MADE_KEYS = 'signing key that Mintmark makes';

/** The name of the aliases of these keys. */
export const NEW_ALIASES = 'alias of a signing key that Mintmark makes';

/** A permission for one action on one resource, with names in place of ARNs. */
export interface PermissionRow {
  readonly who: string;
  readonly action: string;
  readonly on: string;
  /** Empty for a permission without conditions. */
  readonly onlyIf: string;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: { readonly AWS?: unknown; readonly Service?: unknown };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** Returns the permissions of all functions' roles, from all IAM policies of the template. */
export function rolePermissions(deployment: Synthesized): readonly PermissionRow[] {
  const inWords = words(deployment);
  const policies = Object.values(deployment.template.findResources('AWS::IAM::Policy'));
  return policies.flatMap(({ Properties }) => {
    const { Statement: statements } = Properties.PolicyDocument as PolicyDocument;
    const roles: readonly unknown[] = Properties.Roles;
    return roles.flatMap((role) =>
      statements.flatMap((statement) =>
        list(statement.Resource).flatMap((on) => rows(statement, { who: inWords(role), on: inWords(on) }, inWords)),
      ),
    );
  });
}

/** Returns the permissions in the policies of all KMS keys. */
export function keyPermissions(deployment: Synthesized): readonly PermissionRow[] {
  const inWords = words(deployment);
  const { signingKeys, encryptionKey } = deployment.stack.mintmark.resources;
  const policies = [...signingKeys.byAlgorithm.values(), encryptionKey].map((key) => ({
    on: inWords(deployment.stack.resolve(key.keyArn)),
    policy: propertiesOf(key, deployment).KeyPolicy as PolicyDocument,
  }));
  const ofMade = { on: MADE_KEYS, policy: deployment.stack.resolve(signingKeys.policyOfMade) as PolicyDocument };
  return [...policies, ofMade].flatMap(({ on, policy }) =>
    policy.Statement.flatMap((statement) =>
      list(statement.Principal?.AWS).flatMap((who) => rows(statement, { who: inWords(who), on }, inWords)),
    ),
  );
}

type InWords = (value: unknown) => string;

/** IAM operator → words. An operator that is missing here is an error, because it could be rendered wrongly. */
const COMPARISONS: Readonly<Record<string, string>> = {
  StringEquals: 'is',
  Bool: 'is',
  'ForAllValues:StringEquals': 'are',
  'ForAllValues:StringLike': 'is like',
  'ForAllValues:StringNotLike': 'is not like',
  'ForAnyValue:StringLike': 'is like',
};

/** Writes a comparison of a condition in words. */
export function comparisonInWords(operator: string, key: string, values: readonly string[]): string {
  const comparison = COMPARISONS[operator];
  if (comparison === undefined) throw new Error(`No policy of Mintmark needs the condition ${operator}.`);
  return `${key} ${comparison} ${values.join(' or ')}`;
}

function rows({ Effect, Action, Condition = {} }: Statement, subject: { who: string; on: string }, inWords: InWords) {
  if (Effect !== 'Allow') throw new Error(`No policy of Mintmark needs the effect ${Effect}.`);
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => comparisonInWords(operator, key, list(values).map(inWords))),
  );
  return list(Action).map((action): PermissionRow => ({ ...subject, action, onlyIf: conditions.join(', ') }));
}

function list<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

/** Returns a function that names values of the template. An unknown value stays as it is, so that reviewers see it. */
function words(deployment: Synthesized): InWords {
  const { stack } = deployment;
  const { functions, resources } = stack.mintmark;
  const known = new Map<string, string>();
  const learn = (value: unknown, meaning: string) => known.set(JSON.stringify(stack.resolve(value)), meaning);
  learn('*', 'everything');
  learn(Aws.ACCOUNT_ID, 'this account');
  learn(`dynamodb.${Aws.REGION}.amazonaws.com`, 'DynamoDB');
  learn(new AccountRootPrincipal().arn, 'account (if IAM permits)');
  learn(resources.encryptionKey.keyArn, 'encryption key');
  learn(resources.signingKeys.workspace, 'this workspace');
  learn(`${resources.signingKeys.aliasPrefix}*`, 'an alias of this deployment');
  learn(stack.formatArn({ service: 'kms', resource: `${resources.signingKeys.aliasPrefix}*` }), NEW_ALIASES);
  learn('{signingAlgorithm}', 'its own');
  learn(resources.eventBus.eventBusArn, 'event bus');
  learnMails(deployment, learn);
  for (const [algorithm, { keyArn }] of resources.signingKeys.byAlgorithm) learn(keyArn, `signing key ${algorithm}`);
  for (const [name, { tableArn, tableName }] of Object.entries(resources.tables)) {
    learn(tableArn, name);
    learn(tableName, name);
    const { indexes = [] } = tableSchemas[name as keyof typeof tableSchemas];
    for (const index of indexes) learn(`${tableArn}/index/${index.name}`, `${name}/index/${index.name}`);
  }
  for (const [name, { role, logGroup }] of functions) {
    learn(role?.roleArn, name);
    learn({ Ref: role && logicalIdOf(role, deployment) }, name);
    learn(logGroup.logGroupArn, `log group of ${name}`);
  }
  return (value) => known.get(JSON.stringify(value)) ?? (typeof value === 'string' ? value : JSON.stringify(value));
}

/** Names the queue of mails, and what SES checks before it sends. */
function learnMails({ stack }: Synthesized, learn: (value: unknown, meaning: string) => void): void {
  const { mails } = stack.mintmark.resources;
  if (mails === undefined) return;
  learn(mails.queue.queueArn, 'queue of mails');
  const { MINTMARK_MAIL_FROM: from = '', MINTMARK_MAIL_CONFIGURATION_SET: configurationSet } = mails.settings;
  const { partition, region, account } = stack;
  const arn = (resource: string) => `arn:${partition}:ses:${region}:${account}:${resource}`;
  for (const identity of [from, 'auth.example.com', 'example.com'])
    learn(arn(`identity/${identity}`), `identity ${identity}`);
  learn(arn(`configuration-set/${configurationSet}`), 'configuration set of mails');
  learn(from, from);
}
