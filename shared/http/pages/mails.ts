import { CODE_LIFETIME_SECONDS } from '#shared/domain/login/email-code.ts';
import type { WaitingMail } from '#shared/domain/login/mail-queue.ts';
import type { Letter } from '#shared/domain/login/send-mails.ts';
import { deviceName } from '#shared/pages/device.ts';
import { codeMail } from '#shared/pages/mails/login-mails.ts';

/** Writes the text of a mail that waited. */
export function writeMail(
  { code, application, userAgent, source }: WaitingMail,
  { issuer }: { readonly issuer: string },
): Omit<Letter, 'to'> {
  return codeMail({
    workspaceName: new URL(issuer).host,
    code,
    validMinutes: CODE_LIFETIME_SECONDS / 60,
    application,
    browser: deviceName(userAgent),
    place: source,
  });
}
