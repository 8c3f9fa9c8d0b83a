import type { login } from '#shared/api/pages/login.ts';
import { offeredProviders } from '#shared/domain/identities/identity-providers.ts';
import { CODE_TRIES, isAttemptOpen, redeemCode, sendCode } from '#shared/domain/login/email-code.ts';
import { beginInteraction, formToken } from '#shared/domain/login/interactions.ts';
import { isMailAddress } from '#shared/domain/login/mail-address.ts';
import { noteVerifiedAddress } from '#shared/domain/login/verified-address.ts';
import { type LoginAttempt, loginAttemptKey } from '#shared/domain/people-records/login-attempt.ts';
import { codePage } from '#shared/pages/login/code.ts';
import { loginPage } from '#shared/pages/login/login.ts';
import type { ProblemKey } from '#shared/pages/parts.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import { logInAndGoOn } from './login-result.ts';
import { interactionOver, isOwnForm, receive, refuseForm } from './visit.ts';
import { type Visited, visited } from './visited.ts';

type Ports = PortsOf<(typeof login)['grants'][number]>;

/** Address, then code: the pages by which people log in. */
export const loginPages = {
  beginLogin: async ({ browser }, ports) => {
    const visit = receive(browser, ports);
    const { id } = await beginInteraction({ returnPath: '/account' }, visit.secret, ports);
    return redirect(`/login/${id}`, { cookies: visit.cookies });
  },

  loginPage: async ({ browser, params }, ports) => {
    const found = await visited(browser, params.interactionId, ports);
    if (found === undefined) return interactionOver(browser);
    return showPage(await addressPage(found, { email: found.interaction.request?.loginHint }, ports));
  },

  sendCode: async ({ browser, params, body, source, auditAttempt }, ports) => {
    const found = await visited(browser, params.interactionId, ports);
    if (found === undefined) return interactionOver(browser);
    const { visit, interaction } = found;
    if (!isOwnForm(interaction.id, { csrf: body.csrf, origin: browser.origin }, visit, ports))
      return refuseForm(browser);
    const attempt = await found.look.findShortLived(loginAttemptKey(interaction.id));
    const address = body.email?.trim() ?? attempt?.email ?? '';
    if (!isMailAddress(address)) return showPage(await addressPage(found, { email: address, problem: 'email' }, ports));
    const application = await applicationOf(found);
    const facts = { application: application?.name, userAgent: browser.userAgent, source };
    const beforeChange = () => auditAttempt({ interactionId: interaction.id });
    await sendCode(interaction, { address, facts, beforeChange }, ports);
    return redirect(`/login/${interaction.id}/code`);
  },

  codePage: async ({ browser, params }, ports) => {
    const found = await visited(browser, params.interactionId, ports);
    if (found === undefined) return interactionOver(browser);
    const attempt = await found.look.findShortLived(loginAttemptKey(found.interaction.id));
    if (attempt === undefined) return redirect(`/login/${found.interaction.id}`);
    return showPage(
      askForCode(found, { email: attempt.email, ...problemOf(attempt, ports.clock.nowSeconds()) }, ports),
    );
  },

  redeemCode: async ({ browser, params, body, source, auditAttempt }, ports) => {
    const found = await visited(browser, params.interactionId, ports);
    if (found === undefined) return interactionOver(browser);
    const { visit, interaction } = found;
    if (!isOwnForm(interaction.id, { csrf: body.csrf, origin: browser.origin }, visit, ports))
      return refuseForm(browser);
    const result = await redeemCode(interaction, body.code ?? '', ports);
    if (result.is !== 'right') return redirect(`/login/${interaction.id}/code`);
    await auditAttempt({ userId: result.userId });
    await noteVerifiedAddress(result, ports);
    const login = { userId: result.userId, methods: ['otp'], source, userAgent: browser.userAgent } as const;
    return logInAndGoOn(interaction, login, browser, ports);
  },
} satisfies Partial<OperationsOf<typeof login>>;

/** The application that waits for the login. */
async function applicationOf({ interaction, look }: Visited): Promise<{ readonly name: string } | undefined> {
  const { request } = interaction;
  const client = request === undefined ? undefined : await look.client(request.clientId);
  return client && { name: client.description };
}

/** What the page of the code says about the tries so far. */
function problemOf(attempt: LoginAttempt, nowSeconds: number): { problem?: ProblemKey; triesLeft?: number } {
  if (!isAttemptOpen(attempt, nowSeconds)) return { problem: 'codeOver' };
  return attempt.triesLeft === CODE_TRIES ? {} : { problem: 'codeWrong', triesLeft: attempt.triesLeft };
}

async function addressPage(
  found: Visited,
  typed: { readonly email?: string | undefined; readonly problem?: ProblemKey },
  ports: Ports,
) {
  const { id } = found.interaction;
  const [application, offered] = await Promise.all([applicationOf(found), offeredProviders(ports)]);
  const csrf = formToken(id, found.visit.secret, ports);
  const { isAvailable: mailAvailable } = ports.mailQueue;
  const providers = offered.map(({ id: providerId, name }) => ({ name, href: `/login/${id}/provider/${providerId}` }));
  const isAnew = found.interaction.maxAgeSeconds !== undefined;
  return loginPage({ action: `/login/${id}`, csrf, application, isAnew, mailAvailable, providers, ...typed });
}

function askForCode(
  { interaction: { id }, visit }: Visited,
  shown: { readonly email: string; readonly triesLeft?: number; readonly problem?: ProblemKey },
  ports: Ports,
) {
  const action = `/login/${id}`;
  const csrf = formToken(id, visit.secret, ports);
  return codePage({ action: `${action}/code`, csrf, resendAction: action, otherAddressHref: action, ...shown });
}
