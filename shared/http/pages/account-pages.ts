import type { login } from '#shared/api/pages/login.ts';
import { endConsent, type GivenConsent, listGivenConsents } from '#shared/domain/authorization/given-consents.ts';
import { notFound } from '#shared/domain/errors.ts';
import { listOwnIdentities, type OwnIdentities } from '#shared/domain/identities/own-identities.ts';
import { readAccount } from '#shared/domain/login/account.ts';
import { formToken } from '#shared/domain/login/interactions.ts';
import { endSession } from '#shared/domain/login/sessions.ts';
import { accountPage, type ShownConsent, type ShownIdentities } from '#shared/pages/account/account.ts';
import { deviceName } from '#shared/pages/device.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import { receive, receiveAccountForm, sessionOf } from './visit.ts';

/** The page shows this many consents, the newest; the management API lists all. */
const CONSENTS_MAX = 100;

/** Who is logged in, and where. */
export const accountPages = {
  account: async ({ browser }, ports) => {
    const visit = receive(browser, ports);
    const live = await sessionOf(browser, ports.records.open('account'), ports);
    if (live === undefined) return redirect('/login', { cookies: visit.cookies });
    const { user, session } = live;
    const [account, { items: consents }, identities] = await Promise.all([
      readAccount(user, ports),
      listGivenConsents(user.id, { limit: CONSENTS_MAX, order: 'desc' }, ports),
      listOwnIdentities(user.id, ports),
    ]);
    const page = accountPage({
      csrf: formToken(session.id, visit.secret, ports),
      person: { name: user.name, email: user.email },
      memberships: account.memberships,
      workspaceRoles: account.workspaceRoles,
      identities: shownIdentities(identities),
      sessions: account.sessions.map(({ id, userAgent, source, startedAtSeconds, lastSeenAtSeconds }) => ({
        device: deviceName(userAgent),
        place: source,
        sinceSeconds: startedAtSeconds,
        lastSeenSeconds: lastSeenAtSeconds,
        isCurrent: id === session.id,
        endAction: `/account/sessions/${id}/end`,
      })),
      consents: consents.map(shownConsent),
      logoutAction: '/logout',
      logoutEverywhereAction: '/logout/everywhere',
    });
    return showPage(page, { cookies: visit.cookies });
  },

  endSession: async ({ browser, params, body, auditAttempt }, ports) => {
    const form = await receiveAccountForm(browser, body.csrf, ports);
    if ('refusal' in form) return form.refusal;
    const { live } = form;
    await auditAttempt({ userId: live.user.id });
    if (!(await endSession({ id: params.sessionId, userId: live.user.id }, ports))) throw notFound();
    return redirect('/account');
  },

  endConsent: async ({ browser, params, body, auditAttempt }, ports) => {
    const form = await receiveAccountForm(browser, body.csrf, ports);
    if ('refusal' in form) return form.refusal;
    const { live } = form;
    await auditAttempt({ userId: live.user.id });
    await endConsent({ userId: live.user.id, consentId: params.consentId }, ports);
    return redirect('/account');
  },
} satisfies Partial<OperationsOf<typeof login>>;

function shownIdentities({ user, subjects }: OwnIdentities): ShownIdentities {
  const isEmailVerified = user.isEmailVerified === true;
  const providers = subjects.map(({ identity, providerName }) => ({
    provider: providerName,
    account: identity.email ?? identity.subject,
    sinceSeconds: identity.createdAtSeconds,
    lastUsedSeconds: identity.lastUsedAtSeconds,
    removeAction: isEmailVerified ? `/account/identities/${identity.id}/remove` : undefined,
  }));
  return { isEmailVerified, providers };
}

function shownConsent({ consent, applicationName, isVerified, api, tenantName }: GivenConsent): ShownConsent {
  const { id, allowed, createdAtSeconds } = consent;
  return {
    application: applicationName,
    isVerified,
    api: api?.name,
    tenant: tenantName,
    permissions: allowed,
    sinceSeconds: createdAtSeconds,
    withdrawAction: `/account/consents/${id}/end`,
  };
}
