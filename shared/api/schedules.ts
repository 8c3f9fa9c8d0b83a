import { lambdaTable } from './table.ts';

/** Runs on a schedule of the deployment. The next run continues the work that a run could not finish. */
export const removeDeleted = lambdaTable({
  name: 'remove-deleted',
  purpose: 'Removes the rows of deleted records, and disables the applications of deleted users.',
  grants: ['records:read', 'directory:list', 'clients:list', 'clients:change', 'clients:delete', 'remains:remove'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});

/** Runs on a schedule of the deployment. The next run continues the work that a run could not finish. */
export const rotateSigningKeys = lambdaTable({
  name: 'rotate-signing-keys',
  purpose: 'Makes, replaces and retires the keys that sign access tokens.',
  grants: ['records:read', 'signing-keys:write', 'signing-keys:make'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});

/** Runs on a schedule of the deployment, so that no request waits for EventBridge. */
export const publishEvents = lambdaTable({
  name: 'publish-events',
  purpose: 'Sends the events of the audit log to EventBridge.',
  grants: ['audit:follow', 'events:publish'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});
