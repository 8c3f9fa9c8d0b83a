import type { EnvironmentVariable } from '#shared/ports.ts';

/**
 * A resource that an IAM statement of a grant names; `permissions.ts` finds its ARN. `signingKeys` are the KMS keys
 * that the deployment creates, `madeKeys` the keys that the product creates later, `newKeys` the keys that it is about
 * to create, `newAliases` the aliases of these keys, `namedKeys` the keys that have such an alias, `keyList` the list of
 * all keys of the account, and `aliasList` the list of all aliases. The statement about `madeKeys` stands in the policy of
 * each such key, and not in the role's policy. `mailSender` is the identity of SES that may send in the name of `mailFrom`,
 * with the configuration set of the deployment. A deployment without mails has neither this nor `mailQueue`.
 */
export type GrantedResource =
  | 'clients'
  | 'clients/index/byOwner'
  | 'directory'
  | 'directory/index/byList'
  | 'directory/index/byMember'
  | 'tokens'
  | 'audit'
  | 'signingKeys'
  | 'madeKeys'
  | 'newKeys'
  | 'newAliases'
  | 'namedKeys'
  | 'keyList'
  | 'aliasList'
  | 'wrappingKey'
  | 'eventBus'
  | 'mailQueue'
  | 'mailSender';

/** An IAM statement of a grant: actions on resources, under conditions. */
export interface GrantedStatement {
  readonly actions: readonly `${'dynamodb' | 'kms' | 'events' | 'sqs' | 'ses'}:${string}`[];
  readonly resources: readonly GrantedResource[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * A grant for the infrastructure: the IAM statements of the function's role, and the settings that its adapters read.
 */
export interface GrantRendering {
  readonly statements: readonly GrantedStatement[];
  readonly environment: readonly EnvironmentVariable[];
}
