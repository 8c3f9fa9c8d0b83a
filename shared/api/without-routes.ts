import { lambdaTable } from './table.ts';

/** Runs after a deployment, invoked with the IAM action `lambda:InvokeFunction`, or when Mintmark starts locally. */
export const bootstrap = lambdaTable({
  name: 'bootstrap',
  purpose: 'Founds a workspace and makes its first administrator.',
  grants: [
    'records:read',
    'clients:create',
    'directory:found',
    'pepper:found',
    'pepper:use',
    'signing-keys:write',
    'secrets:hash',
    'interactions:write',
    'audit:append',
  ],
  routes: {},
  // Founding a workspace writes a dozen records one after the other.
  timeoutSeconds: 30,
});

/** Runs when an operator invokes it with the IAM action `lambda:InvokeFunction`. */
export const rotatePepper = lambdaTable({
  name: 'rotate-pepper',
  purpose: 'Replaces the pepper. The old pepper stays valid for a while.',
  grants: ['pepper:rotate', 'audit:append'],
  routes: {},
});

/** Runs when CloudFormation creates, updates or deletes the deployment. */
export const keepSigningKeys = lambdaTable({
  name: 'keep-signing-keys',
  purpose: 'Lets the roles of an updated deployment use the signing keys that Mintmark made, and ends them with it.',
  grants: ['signing-keys:keep'],
  routes: {},
  timeoutSeconds: 300,
});

/** Runs for each request that API Gateway has no other route for. Scanners start it, so it has no grants. */
export const defaultRoute = lambdaTable({
  name: 'default-route',
  purpose: 'Refuses requests that no route serves: 404, or 405 with the allowed methods.',
  grants: [],
  routes: {},
});

/** Runs in front of other APIs, invoked by API Gateway. */
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

/** Runs when the queue of mails brings messages. It is deployed only where the deployment can send mails. */
export const sendMails = lambdaTable({
  name: 'send-mails',
  purpose: 'Sends the mails that wait in the queue.',
  grants: ['mails:send'],
  routes: {},
});
