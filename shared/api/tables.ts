import { createToken, manageTokens } from './api-tokens.ts';
import { applications } from './applications.ts';
import { auditEvents } from './audit-events.ts';
import { directory } from './directory.ts';
import { discovery } from './discovery.ts';
import { federatedCredentials } from './federated-credentials.ts';
import { exchange, introspect, revoke } from './oauth.ts';
import { reportLeak } from './report-leak.ts';
import { publishEvents, removeDeleted, rotateSigningKeys } from './schedules.ts';
import { manageSecrets } from './secrets.ts';
import { serviceUserKeys } from './service-user-keys.ts';
import { serviceUsers } from './service-users.ts';
import { manageSigningKeys } from './signing-keys.ts';
import { signingSecrets } from './signing-secrets.ts';
import { statusLists } from './status-lists.ts';
import { testApi } from './test-api.ts';
import { authorizer, bootstrap, rotatePepper } from './without-routes.ts';

/** Every Lambda of Mintmark. What is not in this list does not exist. */
export const tables = [
  bootstrap,
  createToken,
  manageTokens,
  manageSecrets,
  exchange,
  introspect,
  revoke,
  reportLeak,
  discovery,
  statusLists,
  directory,
  signingSecrets,
  serviceUsers,
  serviceUserKeys,
  federatedCredentials,
  applications,
  auditEvents,
  manageSigningKeys,
  testApi,
  removeDeleted,
  publishEvents,
  rotateSigningKeys,
  rotatePepper,
  authorizer,
] as const;
