import { CODE_LIFETIME_SECONDS } from '#shared/domain/login/email-code.ts';
import type { WaitingCode, WaitingInvitation, WaitingMail } from '#shared/domain/login/mail-queue.ts';
import type { Letter } from '#shared/domain/login/send-mails.ts';
import { INVITATION_LIFETIME_SECONDS } from '#shared/domain/people-records/invitation.ts';
import { deviceName } from '#shared/pages/device.ts';
import { codeMail, invitationMail } from '#shared/pages/mails/login-mails.ts';
import { identityMail } from '#shared/pages/mails/notices.ts';

/** Writes the text of a mail that waited. */
export function writeMail(mail: WaitingMail, { issuer }: { readonly issuer: string }): Omit<Letter, 'to'> {
  switch (mail.type) {
    case 'loginCode':
      return codeText(mail, issuer);
    case 'invitation':
      return invitationText(mail, issuer);
    case 'identityNotice':
      return identityMail({ ...mail, workspaceName: new URL(issuer).host });
  }
}

function codeText({ code, application, userAgent, source }: WaitingCode, issuer: string): Omit<Letter, 'to'> {
  return codeMail({
    workspaceName: new URL(issuer).host,
    code,
    validMinutes: CODE_LIFETIME_SECONDS / 60,
    application,
    browser: deviceName(userAgent),
    place: source,
  });
}

function invitationText(
  { to, invitationId, tenant, invitedBy, roles }: WaitingInvitation,
  issuer: string,
): Omit<Letter, 'to'> {
  return invitationMail({
    into: tenant ?? new URL(issuer).host,
    invitedBy,
    email: to,
    roles,
    link: `${issuer}/invitations/${invitationId}`,
    validDays: INVITATION_LIFETIME_SECONDS / 86_400,
  });
}
