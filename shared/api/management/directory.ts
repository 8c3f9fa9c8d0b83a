import { lambdaTable } from '../table.ts';
import { apiRoutes } from './apis.ts';
import { memberRoutes } from './members.ts';
import { identityProviderRoutes } from './people/identity-providers.ts';
import { permissionsToGiveRoutes } from './people/permissions-to-give.ts';
import { roleRoutes } from './roles.ts';
import { settingsRoutes } from './settings.ts';
import { tenantRoleRoutes } from './tenant-roles.ts';
import { tenantRoutes } from './tenants.ts';
import { userRoutes } from './users.ts';

/** The routes of tenants, users, memberships, roles, APIs and settings. One Lambda serves them. */
export const directory = lambdaTable({
  name: 'directory',
  purpose: "Manages tenants, users, memberships, roles, APIs and the workspace's settings.",
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'directory:write',
    'directory:list',
    'identity-providers:write',
    'pepper:use',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    ...tenantRoutes,
    ...userRoutes,
    ...memberRoutes,
    ...roleRoutes,
    ...tenantRoleRoutes,
    ...permissionsToGiveRoutes,
    ...apiRoutes,
    ...settingsRoutes,
    ...identityProviderRoutes,
  },
});
