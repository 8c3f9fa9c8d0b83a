import { handler as applications } from '#functions/applications.ts';
import { handler as auditEvents } from '#functions/audit-events.ts';
import { handler as authorize } from '#functions/authorize.ts';
import { handler as authorizer } from '#functions/authorizer.ts';
import { handler as bootstrap } from '#functions/bootstrap.ts';
import { handler as createToken } from '#functions/create-token.ts';
import { handler as defaultRoute } from '#functions/default-route.ts';
import { handler as directory } from '#functions/directory.ts';
import { handler as discovery } from '#functions/discovery.ts';
import { handler as exchange } from '#functions/exchange.ts';
import { handler as federatedCredentials } from '#functions/federated-credentials.ts';
import { handler as introspect } from '#functions/introspect.ts';
import { handler as keepSigningKeys } from '#functions/keep-signing-keys.ts';
import { handler as login } from '#functions/login.ts';
import { handler as manageSecrets } from '#functions/manage-secrets.ts';
import { handler as manageSigningKeys } from '#functions/manage-signing-keys.ts';
import { handler as manageTokens } from '#functions/manage-tokens.ts';
import { handler as membership } from '#functions/membership.ts';
import { handler as ownAccount } from '#functions/own-account.ts';
import { handler as providerLogin } from '#functions/provider-login.ts';
import { handler as publishEvents } from '#functions/publish-events.ts';
import { handler as pushRequest } from '#functions/push-request.ts';
import { handler as removeDeleted } from '#functions/remove-deleted.ts';
import { handler as reportLeak } from '#functions/report-leak.ts';
import { handler as revoke } from '#functions/revoke.ts';
import { handler as rotatePepper } from '#functions/rotate-pepper.ts';
import { handler as rotateSigningKeys } from '#functions/rotate-signing-keys.ts';
import { handler as sendMails } from '#functions/send-mails.ts';
import { handler as serviceUserKeys } from '#functions/service-user-keys.ts';
import { handler as serviceUsers } from '#functions/service-users.ts';
import { handler as signingSecrets } from '#functions/signing-secrets.ts';
import { handler as statusLists } from '#functions/status-lists.ts';
import { handler as testApi } from '#functions/test-api.ts';
import { handler as userInfo } from '#functions/user-info.ts';
import type { tables } from '#shared/api/tables.ts';
import type { AdaptersOf, Environment, Grant } from '#shared/ports.ts';

type FunctionName = (typeof tables)[number]['name'];

/** Adapters that tests replace, such as the clock. A function uses only the replacements that it has a grant for. */
export type AdapterChanges = Partial<Omit<AdaptersOf<Grant>, 'environment'>>;

/** Returns the real handlers of all functions, with settings that lead to the engines of this machine. */
export function localFunctions(environment: Environment, changes: AdapterChanges = {}) {
  const adapters = { ...changes, environment: () => environment };
  return {
    'own-account': ownAccount.with(adapters),
    applications: applications.with(adapters),
    authorize: authorize.with(adapters),
    login: login.with(adapters),
    'audit-events': auditEvents.with(adapters),
    authorizer: authorizer.with(adapters),
    bootstrap: bootstrap.with(adapters),
    'create-token': createToken.with(adapters),
    'default-route': defaultRoute.with(adapters),
    directory: directory.with(adapters),
    discovery: discovery.with(adapters),
    exchange: exchange.with(adapters),
    'federated-credentials': federatedCredentials.with(adapters),
    introspect: introspect.with(adapters),
    'keep-signing-keys': keepSigningKeys.with(adapters),
    'manage-secrets': manageSecrets.with(adapters),
    'manage-tokens': manageTokens.with(adapters),
    membership: membership.with(adapters),
    'provider-login': providerLogin.with(adapters),
    'publish-events': publishEvents.with(adapters),
    'push-request': pushRequest.with(adapters),
    'remove-deleted': removeDeleted.with(adapters),
    'report-leak': reportLeak.with(adapters),
    revoke: revoke.with(adapters),
    'rotate-signing-keys': rotateSigningKeys.with(adapters),
    'rotate-pepper': rotatePepper.with(adapters),
    'send-mails': sendMails.with(adapters),
    'service-user-keys': serviceUserKeys.with(adapters),
    'service-users': serviceUsers.with(adapters),
    'signing-secrets': signingSecrets.with(adapters),
    'status-lists': statusLists.with(adapters),
    'manage-signing-keys': manageSigningKeys.with(adapters),
    'test-api': testApi.with(adapters),
    'user-info': userInfo.with(adapters),
  } as const satisfies Record<FunctionName, unknown>;
}
