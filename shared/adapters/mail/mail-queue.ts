import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unavailable } from '#shared/domain/errors.ts';
import type { MailQueue } from '#shared/domain/login/mail-queue.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { writeMessage } from './mail-message.ts';

/**
 * Puts mails into the deployment's queue (SQS SendMessage). Without the setting MINTMARK_MAIL_QUEUE the deployment sends
 * no mails: `isAvailable` is false, and `enqueue` rejects with `temporarily_unavailable`.
 */
export function sqsMailQueue(environment: Environment): MailQueue {
  const QueueUrl = environment('MINTMARK_MAIL_QUEUE');
  if (QueueUrl === '') return { isAvailable: false, enqueue: refuse };
  const client = new SQSClient(awsClientSettings);
  return {
    isAvailable: true,
    enqueue: async (mail) => {
      const MessageBody = writeMessage(mail);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody })).catch(rethrowAsUnavailable);
    },
  };
}

async function refuse(): Promise<never> {
  throw unavailable(new Error('This deployment sends no mails.'));
}
