import type { login } from '#shared/api/pages/login.ts';
import type { LiveSession } from '#shared/domain/access/live-session.ts';
import { FRESH_LOGIN_SECONDS, isFreshLogin } from '#shared/domain/access/sensitive-changes.ts';
import { removeIdentity } from '#shared/domain/identities/own-identities.ts';
import { beginInteraction } from '#shared/domain/login/interactions.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { type FileBody, redirect } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';
import { receiveAccountForm, type Visit } from './visit.ts';

type Ports = PortsOf<(typeof login)['grants'][number]>;

/** How a person changes the ways to log in. Each change needs a login of the last ten minutes. */
export const identityPages = {
  removeIdentity: async ({ browser, params, body, auditAttempt }, ports) => {
    const form = await receiveAccountForm(browser, body.csrf, ports);
    if ('refusal' in form) return form.refusal;
    const { visit, live } = form;
    if (!isFresh(live, ports)) return logInAnew(visit, '/account', ports);
    await auditAttempt({ userId: live.user.id });
    await removeIdentity({ userId: live.user.id, identityId: params.identityId }, ports);
    return redirect('/account');
  },
} satisfies Partial<OperationsOf<typeof login>>;

function isFresh({ session }: LiveSession, { clock }: Ports): boolean {
  return isFreshLogin(session, clock.nowSeconds());
}

/** Sends a person to log in once more, and back to a page of ours. */
async function logInAnew(visit: Visit, returnPath: string, ports: Ports): Promise<OperationReply<200, FileBody>> {
  const about = { returnPath, maxAgeSeconds: FRESH_LOGIN_SECONDS };
  const { id } = await beginInteraction(about, visit.secret, ports);
  return redirect(`/login/${id}`, { cookies: visit.cookies });
}
