import type { login } from '#shared/api/pages/login.ts';
import { formToken } from '#shared/domain/login/interactions.ts';
import { exists, userKey } from '#shared/domain/records/principals.ts';
import { findLoginLink, useLoginLink } from '#shared/domain/registration/login-link.ts';
import { errorPage } from '#shared/pages/error.ts';
import { loginLinkPage } from '#shared/pages/login/login-link.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import { logIn } from './login-result.ts';
import { isOwnForm, receive, refuseForm } from './visit.ts';

/** What the form tokens of this page are about. */
const ABOUT = 'login link';

/** A link that logs in once. Opening it uses nothing up, because programs that read mails open links, too. */
export const linkPages = {
  loginLink: async ({ browser, query }, ports) => {
    const { token = '' } = query;
    const link = await findLoginLink(token, ports);
    const user = link && (await ports.records.open(link.userId).find(userKey(link.userId)));
    if (!exists(user)) return showPage(errorPage({ error: 'linkOver', requestId: browser.requestId }));
    const visit = receive(browser, ports);
    const csrf = formToken(ABOUT, visit.secret, ports);
    const action = `/login/link?token=${encodeURIComponent(token)}`;
    const page = loginLinkPage({ action, csrf, email: user.email, workspaceName: new URL(ports.issuer).host });
    return showPage(page, { cookies: visit.cookies });
  },

  followLoginLink: async ({ browser, body, source, auditAttempt }, ports) => {
    const visit = receive(browser, ports);
    if (!isOwnForm(ABOUT, { csrf: body.csrf, origin: browser.origin }, visit, ports)) return refuseForm(browser);
    const { token = body.token } = browser.queryParameters([]);
    const link = typeof token === 'string' ? await findLoginLink(token, ports) : undefined;
    if (link === undefined) return showPage(errorPage({ error: 'linkOver', requestId: browser.requestId }));
    await auditAttempt({ userId: link.userId });
    if (!(await useLoginLink(link, ports)))
      return showPage(errorPage({ error: 'linkOver', requestId: browser.requestId }));
    const { userId } = link;
    const login = { userId, methods: ['otp'], source, userAgent: browser.userAgent } as const;
    const { session, cookie } = await logIn(login, browser, ports);
    return redirect('/account', { cookies: [cookie], target: { userId, sessionId: session.id } });
  },
} satisfies Partial<OperationsOf<typeof login>>;
