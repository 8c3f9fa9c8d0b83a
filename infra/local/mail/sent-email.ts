import * as z from 'zod';
import type { ReceivedMail } from './mailbox.ts';

/** One address without a display name. SES takes more forms; the functions send only this one. */
const address = z.string().regex(/^[^\s@,;<>"]+@[^\s@,;<>"]+$/);

/** Text for a line of a header. SES refuses control characters there. */
const headerText = z.string().regex(/^\P{Cc}*$/u);

const content = z.object({ Data: z.string(), Charset: z.literal('UTF-8') });

/** The body of SendEmail of SES v2, as far as the functions use it. Members that they do not send are refused. */
const sentEmail = z.strictObject({
  FromEmailAddress: address,
  Destination: z.strictObject({ ToAddresses: z.tuple([address]) }),
  FeedbackForwardingEmailAddress: address,
  ConfigurationSetName: z.string().regex(/^[\w-]{1,64}$/),
  Content: z.strictObject({
    Simple: z.strictObject({
      Subject: content.extend({ Data: headerText }),
      Body: z.strictObject({ Text: content }),
      Headers: z
        .array(z.strictObject({ Name: z.string().regex(/^[!-9;-~]{1,126}$/), Value: headerText.max(870) }))
        .max(15),
    }),
  }),
});

/**
 * Reads the body of a SendEmail.
 * @throws Error for a body that SES, or this endpoint, does not take
 */
export function readEmail(body: unknown, now: Date): ReceivedMail {
  const { Destination, Content } = sentEmail.parse(body);
  const { Subject, Body } = Content.Simple;
  const [to] = Destination.ToAddresses;
  return { to, subject: Subject.Data, text: Body.Text.Data, receivedAt: now.toISOString() };
}
