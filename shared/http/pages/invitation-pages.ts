import type { login } from '#shared/api/pages/login.ts';
import type { LiveSession } from '#shared/domain/access/live-session.ts';
import { sendCode } from '#shared/domain/login/email-code.ts';
import { beginInteraction, formToken } from '#shared/domain/login/interactions.ts';
import {
  acceptInvitation,
  declineInvitation,
  findOpenInvitation,
  mayAnswer,
} from '#shared/domain/membership/accept-invitation.ts';
import { describeInvitation } from '#shared/domain/membership/describe-invitation.ts';
import type { Invitation } from '#shared/domain/people-records/invitation.ts';
import type { Look } from '#shared/domain/records/look.ts';
import { errorPage } from '#shared/pages/error.ts';
import { invitationPage, invitedPage } from '#shared/pages/login/invitation.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import type { Browser } from '../request/browser.ts';
import { isOwnForm, receive, refuseForm, sessionOf, type Visit } from './visit.ts';

type Ports = PortsOf<(typeof login)['grants'][number]>;

/** An open invitation in a browser, with the session of its own person if there is one. */
interface Invited {
  readonly invitation: Invitation;
  readonly visit: Visit;
  readonly look: Look;
  /** The session in which the invitation can be answered; undefined for nobody, and for everybody else. */
  readonly answering: LiveSession | undefined;
}

async function invited(browser: Browser, id: string, ports: Ports): Promise<Invited | undefined> {
  const look = ports.records.open(`invitation ${id}`);
  const [invitation, live] = await Promise.all([findOpenInvitation(id, look, ports), sessionOf(browser, look, ports)]);
  if (invitation === undefined) return undefined;
  const isPersons = live !== undefined && mayAnswer(live, invitation, ports.clock.nowSeconds());
  return { invitation, visit: receive(browser, ports), look, answering: isPersons ? live : undefined };
}

/** What the form tokens of an invitation are about: an answer counts for the person whom the page showed. */
function questionOf({ invitation, answering }: Invited): string {
  return JSON.stringify(['invitation', invitation.id, answering?.session.id]);
}

const over = ({ requestId }: Browser) => showPage(errorPage({ error: 'linkOver', requestId }));

/** What a person does with an invitation. Resolves with false if it ended meanwhile. */
type Answer = (answering: LiveSession, invitation: Invitation, ports: Ports) => Promise<boolean>;

/** Takes the form by which the person of an open invitation answers it. */
function answerBy(answer: Answer): OperationsOf<typeof login>['acceptInvitation' | 'declineInvitation'] {
  return async ({ browser, params, body, auditAttempt }, ports) => {
    const found = await invited(browser, params.invitationId, ports);
    if (found === undefined) return over(browser);
    const { invitation, visit, answering } = found;
    if (!isOwnForm(questionOf(found), { csrf: body.csrf, origin: browser.origin }, visit, ports))
      return refuseForm(browser);
    if (answering === undefined) return redirect(`/invitations/${invitation.id}`);
    await auditAttempt(targetOf(invitation, answering));
    return (await answer(answering, invitation, ports)) ? redirect('/account') : over(browser);
  };
}

/**
 * The link of an invitation. It opens nothing by itself: only a person who has shown a code that was sent to the invited
 * address can accept or decline, so a link that somebody else reads is of no use.
 */
export const invitationPages = {
  invitation: async ({ browser, params }, ports) => {
    const found = await invited(browser, params.invitationId, ports);
    if (found === undefined) return over(browser);
    const { invitation, visit, look, answering } = found;
    const { tenant, invitedBy, roles } = await describeInvitation(invitation, look);
    const path = `/invitations/${invitation.id}`;
    const csrf = formToken(questionOf(found), visit.secret, ports);
    const props = { csrf, email: invitation.email, into: tenant ?? new URL(ports.issuer).host, invitedBy };
    const page =
      answering === undefined
        ? invitedPage({ ...props, action: `${path}/login` })
        : invitationPage({ ...props, acceptAction: `${path}/accept`, declineAction: `${path}/decline`, roles });
    return showPage(page, { cookies: visit.cookies });
  },

  logInToAnswer: async ({ browser, params, body, source, auditAttempt }, ports) => {
    const found = await invited(browser, params.invitationId, ports);
    if (found === undefined) return over(browser);
    const { invitation, visit } = found;
    if (!isOwnForm(questionOf(found), { csrf: body.csrf, origin: browser.origin }, visit, ports))
      return refuseForm(browser);
    const { id: invitationId, email: address } = invitation;
    const about = { returnPath: `/invitations/${invitationId}`, invitationId };
    const interaction = await beginInteraction(about, visit.secret, ports);
    const facts = { userAgent: browser.userAgent, source };
    const beforeChange = () => auditAttempt({ interactionId: interaction.id });
    await sendCode(interaction, { address, facts, beforeChange }, ports);
    return redirect(`/login/${interaction.id}/code`, { cookies: visit.cookies });
  },

  acceptInvitation: answerBy(acceptInvitation),

  declineInvitation: answerBy((_, invitation, ports) => declineInvitation(invitation, ports)),
} satisfies Partial<OperationsOf<typeof login>>;

function targetOf({ tenantId }: Invitation, { user }: LiveSession): Record<string, string> {
  return { ...(tenantId !== undefined && { tenantId }), userId: user.id };
}
