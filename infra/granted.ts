import type { EnvironmentVariable } from '#shared/ports.ts';

/**
 * What a statement of a grant is about; the construct knows the ARNs. `signingKeys` are those of the deployment, `madeKeys`
 * those that the product makes in their place, `newKeys` those that do not exist yet, `keyList`
 * the list of all in this account.
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
  | 'keyList'
  | 'wrappingKey'
  | 'eventBus';

export interface GrantedStatement {
  readonly actions: readonly `${'dynamodb' | 'kms' | 'events'}:${string}`[];
  readonly resources: readonly GrantedResource[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The other half of a grant: what the function's role may do, and which settings its adapters read. */
export interface GrantRendering {
  readonly statements: readonly GrantedStatement[];
  readonly environment: readonly EnvironmentVariable[];
}
