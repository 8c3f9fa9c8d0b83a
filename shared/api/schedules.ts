import { lambdaTable } from './table.ts';

/** Invoked by the deployment's clock. What a run leaves undone, the next one finds again. */
export const removeDeleted = lambdaTable({
  name: 'remove-deleted',
  purpose: 'Removes the rows of what was deleted.',
  grants: ['records:read', 'directory:list', 'clients:list', 'clients:delete', 'remains:remove'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});

/** Invoked by the deployment's clock. What a run leaves undone, the next one finds again. */
export const rotateSigningKeys = lambdaTable({
  name: 'rotate-signing-keys',
  purpose: 'Makes, exchanges and gives up the keys that sign access tokens.',
  grants: ['records:read', 'signing-keys:write', 'signing-keys:make'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});

/** Invoked by the deployment's clock, so that no request waits for whoever listens. */
export const publishEvents = lambdaTable({
  name: 'publish-events',
  purpose: 'Tells EventBridge what the audit log says.',
  grants: ['audit:follow', 'events:publish'],
  routes: {},
  schedule: { everyMinutes: 1 },
  timeoutSeconds: 60,
});
