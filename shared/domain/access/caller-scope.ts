/**
 * Where somebody may act: in the whole workspace, in one tenant, or only on what is their own (a user's own account). It
 * follows from what the subject of a token is. The absence of a tenant is never authority: a user in no tenant is
 * `self`.
 */
export type CallerScope =
  | { readonly type: 'workspace' }
  | { readonly type: 'tenant'; readonly tenantId: string }
  | { readonly type: 'self'; readonly userId: string };

/** The scope of an application of the workspace. */
export const WORKSPACE: CallerScope = { type: 'workspace' };

/** The tenant of a scope, for claims, logs and lists; undefined outside tenants. It says nothing about authority. */
export function tenantOfScope(scope: CallerScope): string | undefined {
  return scope.type === 'tenant' ? scope.tenantId : undefined;
}

/** Whether a scope contains what belongs to a tenant, or to no tenant if `tenantId` is undefined. */
export function containsTenant(scope: CallerScope, tenantId: string | undefined): boolean {
  return scope.type === 'workspace' || (scope.type === 'tenant' && scope.tenantId === tenantId);
}
