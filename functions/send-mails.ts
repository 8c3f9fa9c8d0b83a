import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readMessage } from '#shared/adapters/mail/mail-message.ts';
import { sesMailer } from '#shared/adapters/mail/mailer.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { sendMails as table } from '#shared/api/without-routes.ts';
import { sendMails } from '#shared/domain/login/send-mails.ts';
import { logTaskFailure } from '#shared/http/log.ts';
import { writeMail } from '#shared/http/pages/mails.ts';
import { task } from '#shared/http/task.ts';

const adapters = { ...ambient, mailer: sesMailer };

/** Sends the mails that the queue brings, and tells it which of them to bring again (`ReportBatchItemFailures`). */
export const handler = task(table, adapters, async ({ Records }: SQSEvent, ports) => {
  const batch = Records.map(({ messageId, body }) => ({ id: messageId, read: () => readMessage(body) }));
  const { sent, dropped, failures } = await sendMails(batch, (mail) => writeMail(mail, ports), ports);
  for (const { cause } of failures) logTaskFailure(table.name, cause);
  const result: SQSBatchResponse = { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
  return { result, log: { sent, dropped, failed: failures.length } };
});
