import { auditEvents } from './management/audit-events.ts';
import { createToken, manageTokens } from './management/clients/api-tokens.ts';
import { applications } from './management/clients/applications.ts';
import { federatedCredentials } from './management/clients/federated-credentials.ts';
import { manageSecrets } from './management/clients/secrets.ts';
import { serviceUserKeys } from './management/clients/service-user-keys.ts';
import { serviceUsers } from './management/clients/service-users.ts';
import { directory } from './management/directory.ts';
import { membership } from './management/membership.ts';
import { ownAccount } from './management/own-account.ts';
import { manageSigningKeys } from './management/signing-keys.ts';
import { signingSecrets } from './management/signing-secrets.ts';
import { testApi } from './management/test-api.ts';
import { discovery } from './oauth/discovery.ts';
import { exchange, introspect, revoke } from './oauth/oauth.ts';
import { pushRequest } from './oauth/push-request.ts';
import { reportLeak } from './oauth/report-leak.ts';
import { statusLists } from './oauth/status-lists.ts';
import { userInfo } from './oauth/user-info.ts';
import { authorize } from './pages/authorize.ts';
import { login } from './pages/login.ts';
import { providerLogin } from './pages/provider-login.ts';
import { publishEvents, removeDeleted, rotateSigningKeys } from './schedules.ts';
import { authorizer, bootstrap, defaultRoute, keepSigningKeys, rotatePepper, sendMails } from './without-routes.ts';

/** The Lambdas that serve programs, or run by themselves. `openapi.json` describes the routes of these. */
export const apiTables = [
  bootstrap,
  createToken,
  manageTokens,
  manageSecrets,
  exchange,
  introspect,
  revoke,
  pushRequest,
  userInfo,
  reportLeak,
  discovery,
  statusLists,
  directory,
  ownAccount,
  membership,
  signingSecrets,
  serviceUsers,
  serviceUserKeys,
  federatedCredentials,
  applications,
  auditEvents,
  manageSigningKeys,
  testApi,
  defaultRoute,
  removeDeleted,
  publishEvents,
  rotateSigningKeys,
  rotatePepper,
  keepSigningKeys,
  sendMails,
  authorizer,
] as const;

/** The Lambdas that serve pages to people. */
const pageTables = [login, providerLogin, authorize] as const;

/** All Lambdas of Mintmark. A Lambda that is not in this list is not deployed. */
export const tables = [...apiTables, ...pageTables] as const;
