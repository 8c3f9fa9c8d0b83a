import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { isMailAddress } from '#shared/domain/login/mail-address.ts';
import type { Letter, Mailer } from '#shared/domain/login/send-mails.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';

/** No person waits for this call. It ends in the time of the function, whose queue brings the mail again. */
const settings = {
  ...awsClientSettings,
  requestHandler: { ...awsClientSettings.requestHandler, requestTimeout: 3_000 },
};

/** These keep programs from answering: RFC 3834 §5, and the header that Exchange reads in its place. */
const WITHOUT_AUTOMATIC_ANSWERS = [
  { Name: 'Auto-Submitted', Value: 'auto-generated' },
  { Name: 'X-Auto-Response-Suppress', Value: 'All' },
];

/**
 * Sends mails by SES (API v2, SendEmail), as plain text. Bounces and complaints come back to the sender's address, and
 * the configuration set keeps later mails from such recipients.
 * @throws Error if the setting MINTMARK_MAIL_FROM or MINTMARK_MAIL_CONFIGURATION_SET is missing
 */
export function sesMailer(environment: Environment): Mailer {
  const from = required(environment, 'MINTMARK_MAIL_FROM');
  const configurationSet = required(environment, 'MINTMARK_MAIL_CONFIGURATION_SET');
  const client = new SESv2Client(settings);
  return {
    send: async (letter) => {
      assertHeaderSafe(letter);
      await client.send(new SendEmailCommand(inputOf(letter, { from, configurationSet }))).catch(rethrowAsUnavailable);
    },
  };
}

function inputOf(
  { to, subject, text }: Letter,
  { from, configurationSet }: { readonly from: string; readonly configurationSet: string },
): SendEmailCommandInput {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    FeedbackForwardingEmailAddress: from,
    ConfigurationSetName: configurationSet,
    Content: {
      Simple: { Subject: utf8(subject), Body: { Text: utf8(text) }, Headers: WITHOUT_AUTOMATIC_ANSWERS },
    },
  };
}

/** Checks that recipient and subject add nothing to the header of a mail (S10). */
function assertHeaderSafe({ to, subject }: Letter): void {
  if (!isMailAddress(to)) throw new TypeError('A mail goes to one address.');
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(subject)) throw new TypeError('A subject is one line.');
}
