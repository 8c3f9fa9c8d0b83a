/**
 * The management API is an API like any other: its identifier is `<issuer>/v1/`, Mintmark itself issues its tokens, and
 * the table below has its permissions.
 */

/**
 * The reach of a permission that a token of a tenant has. `tenant`: paths inside the tenant. `anywhere`: all paths, and
 * the use case shows only what belongs to the tenant. `workspace`: no path, because the permission is for the whole
 * workspace. `self`: no path either, because the permission is for users and their own accounts, and for nobody else.
 */
type Reach = 'tenant' | 'anywhere' | 'workspace' | 'self';

const SYSTEM_PERMISSIONS = {
  'read:me': { reach: 'self', description: "See one's own account" },
  'write:me': { reach: 'self', description: "Change one's own account: end consents and logins" },
  'read:my-tokens': { reach: 'self', description: "See one's own personal API tokens, in all tenants" },
  'write:my-tokens': { reach: 'self', description: "Create, change and delete one's own personal API tokens" },
  'read:my-applications': { reach: 'self', description: "See one's own applications" },
  'write:my-applications': {
    reach: 'self',
    description: "Register, change and delete one's own applications, and make their secrets",
  },
  'read:tenants': { reach: 'tenant', description: 'See tenants' },
  'write:tenants': { reach: 'workspace', description: 'Create and delete tenants' },
  'read:users': { reach: 'workspace', description: 'See users' },
  'write:users': { reach: 'workspace', description: 'Create and delete users' },
  'read:members': { reach: 'tenant', description: 'See who is a member of a tenant, with which roles' },
  'write:members': { reach: 'tenant', description: 'Invite members into a tenant, change their roles, remove them' },
  'read:workspace-members': { reach: 'workspace', description: 'See who administers the workspace, with which roles' },
  'write:workspace-members': {
    reach: 'workspace',
    description: 'Invite people to administer the workspace, change their roles, remove them',
  },
  'read:roles': { reach: 'anywhere', description: 'See roles' },
  'write:roles': { reach: 'workspace', description: 'Create and delete roles' },
  'read:tenant-roles': { reach: 'tenant', description: "See a tenant's own roles" },
  'write:tenant-roles': { reach: 'tenant', description: "Create, change and delete a tenant's own roles" },
  'read:apis': { reach: 'workspace', description: 'See APIs and their permissions' },
  'write:apis': { reach: 'workspace', description: 'Create and delete APIs' },
  'test:apis': { reach: 'workspace', description: 'Obtain short-lived access tokens in the name of applications' },
  'read:permissions': { reach: 'tenant', description: 'See the permissions that one may give to others in a tenant' },
  'read:tenant-tokens': { reach: 'tenant', description: "See a tenant's API tokens" },
  'write:tenant-tokens': { reach: 'tenant', description: "Create and delete a tenant's API tokens" },
  'read:user-tokens': { reach: 'tenant', description: "See a member's personal API tokens" },
  'write:user-tokens': { reach: 'tenant', description: "Create and delete a member's personal API tokens" },
  'read:applications': { reach: 'workspace', description: 'See applications and what they may ask for' },
  'write:applications': {
    reach: 'workspace',
    description: 'Create, change and delete applications and their grants and secrets',
  },
  'read:service-users': { reach: 'tenant', description: "See a tenant's service users and their credentials" },
  'write:service-users': {
    reach: 'tenant',
    description: "Create, change and delete a tenant's service users and their credentials",
  },
  'read:settings': { reach: 'workspace', description: "See the workspace's settings" },
  'write:settings': { reach: 'workspace', description: "Change the workspace's settings" },
  'read:identity-providers': { reach: 'workspace', description: 'See the identity providers by which people log in' },
  'write:identity-providers': {
    reach: 'workspace',
    description: 'Create, change and delete identity providers, together with all other permissions',
  },
  'read:signing-keys': { reach: 'workspace', description: 'See the keys that sign access tokens' },
  'write:signing-keys': {
    reach: 'workspace',
    description: 'Exchange, revoke and retain the keys that sign access tokens',
  },
  'write:signing-secrets': {
    reach: 'workspace',
    description: 'Make and delete the secrets that sign access tokens with HS256, and let APIs use HS256',
  },
  'read:audit-events': { reach: 'tenant', description: 'See the events of the audit log' },
  'introspect:tokens': { reach: 'anywhere', description: 'See whether access tokens are active and what they permit' },
} as const satisfies Record<string, { reach: Reach; description: string }>;

/** A permission of the management API, such as `read:tenants`. */
export type SystemPermission = keyof typeof SYSTEM_PERMISSIONS;

/** The permissions of the management API, as the record of an API lists them. */
export const systemPermissions = Object.entries(SYSTEM_PERMISSIONS).map(([value, { description }]) => ({
  value,
  description,
}));

/** Returns the reach of a permission that a token of a tenant has. */
export function reachOf(permission: SystemPermission): Reach {
  return SYSTEM_PERMISSIONS[permission].reach;
}

/**
 * What personal API tokens never permit: such a token says who its user is, but never that this person is present. So
 * it changes no identities, invitations, members or roles.
 */
const BEYOND_PERSONAL_TOKENS: readonly string[] = [
  'write:me',
  'write:my-tokens',
  'write:my-applications',
  'write:users',
  'write:identity-providers',
  'write:members',
  'write:workspace-members',
  'write:roles',
  'write:tenant-roles',
] satisfies SystemPermission[];

/** Whether personal API tokens may have a permission of the management API. */
export function isForPersonalTokens(permission: string): boolean {
  return !BEYOND_PERSONAL_TOKENS.includes(permission);
}

/** Whether a permission is what users may do with their own accounts. */
export function isForOwnAccount(value: string): boolean {
  return Object.entries(SYSTEM_PERMISSIONS).some(([name, { reach }]) => name === value && reach === 'self');
}

/** Returns the identifier of the management API, which is the audience of its tokens. */
export function systemApiIdentifier(issuer: string): string {
  return `${issuer}/v1/`;
}
