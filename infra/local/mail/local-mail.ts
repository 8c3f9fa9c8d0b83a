import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { listenOnLoopback } from '../loopback.ts';
import { Deliveries, type MessageHandler, md5 } from './deliveries.ts';
import { LocalMailbox, type ReceivedMail } from './mailbox.ts';
import { readEmail } from './sent-email.ts';

/** Mails of this machine: a queue and a mail service for the functions, and a mailbox for people. */
export interface LocalMail {
  /** The base URL of SES. */
  readonly url: string;
  /** The URL of the queue, from which the SDK takes the address of SQS. */
  readonly queueUrl: string;
  deliverTo(handler: MessageHandler): void;
  /** The mails so far, the newest first. Mails under way arrive before it resolves. */
  mails(): Promise<readonly ReceivedMail[]>;
  close(): Promise<void>;
}

interface LocalMailOptions {
  /** The file that keeps the mails; in memory without it. */
  readonly path?: string | undefined;
  /** Called with each mail that arrives. */
  readonly onMail?: (mail: ReceivedMail) => void;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Starts the server. It speaks SendMessage of SQS (AWS JSON 1.0) and SendEmail of SES v2 (REST). */
export async function startLocalMail({ path, onMail = () => {} }: LocalMailOptions = {}): Promise<LocalMail> {
  const mailbox = new LocalMailbox(path);
  const deliveries = new Deliveries();
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (request.headers['x-amz-target'] === 'AmazonSQS.SendMessage') return takeMessage(await json(request));
    if (request.method === 'POST' && request.url === '/v2/email/outbound-emails') return takeEmail(await json(request));
    throw new Error('The operation must be SendMessage of SQS or SendEmail of SES v2.');
  };
  const takeMessage = (body: unknown): Answer => {
    const { MessageBody } = body as { readonly MessageBody: string };
    const MD5OfMessageBody = md5(MessageBody);
    return { status: 200, body: { MessageId: deliveries.take(MessageBody), MD5OfMessageBody } };
  };
  const takeEmail = (body: unknown): Answer => {
    const mail = readEmail(body, new Date());
    mailbox.keep(mail);
    onMail(mail);
    return { status: 200, body: { MessageId: randomUUID() } };
  };
  const server = createServer((request, response) => {
    const reply = ({ status, body }: Answer) => {
      const type = status === 400 ? { 'x-amzn-errortype': 'BadRequestException' } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...type }).end(JSON.stringify(body));
    };
    answer(request).then(reply, () => reply({ status: 400, body: { __type: 'BadRequestException' } }));
  });
  const listening = await listenOnLoopback(server);
  return {
    url: listening.url,
    queueUrl: `${listening.url}/000000000000/mails`,
    deliverTo: (handler) => deliveries.deliverTo(handler),
    mails: async () => {
      await deliveries.settled();
      return mailbox.mails;
    },
    close: async () => {
      await deliveries.settled();
      await listening.close();
    },
  };
}
