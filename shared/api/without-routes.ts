import { lambdaTable } from './table.ts';

/** Invoked through IAM (`lambda:InvokeFunction`) after a deployment, or by the local start-up. */
export const bootstrap = lambdaTable({
  name: 'bootstrap',
  purpose: 'Brings a workspace to life and makes its first administrator.',
  grants: [
    'records:read',
    'clients:create',
    'directory:write',
    'pepper:found',
    'pepper:use',
    'signing-keys:write',
    'secrets:hash',
    'audit:append',
  ],
  routes: {},
  // Founding a workspace writes a dozen records one after the other.
  timeoutSeconds: 30,
});

/** Invoked through IAM, by whoever answers for every secret of the workspace. */
export const rotatePepper = lambdaTable({
  name: 'rotate-pepper',
  purpose: 'Replaces the pepper, with overlap.',
  grants: ['pepper:rotate', 'audit:append'],
  routes: {},
});

/** Called by API Gateway in front of other APIs. */
export const authorizer = lambdaTable({
  name: 'authorizer',
  purpose: 'Guards an API behind API Gateway as its Lambda authorizer.',
  grants: [
    'records:read',
    'tokens:verify',
    'assertions:verify',
    'proofs:verify',
    'statuses:read',
    'signing-secrets:use',
    'requests:guard',
  ],
  routes: {},
});
