import { lambdaTable } from '../table.ts';
import { invitationRoutes } from './invitations.ts';

/** The routes of invitations and of workspace members. They lie in a Lambda of their own, which sends mails. */
export const membership = lambdaTable({
  name: 'membership',
  purpose: 'Manages invitations into tenants and into the workspace, and workspace members.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'invitations:write',
    'directory:list',
    'mails:enqueue',
    'issuance:count',
    'pepper:use',
    'requests:remember',
    'audit:append',
  ],
  routes: { ...invitationRoutes },
});
