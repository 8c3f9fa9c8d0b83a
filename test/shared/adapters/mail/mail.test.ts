import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '#infra/local/loopback.ts';
import { readMessage, writeMessage } from '#shared/adapters/mail/mail-message.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { sesMailer } from '#shared/adapters/mail/mailer.ts';
import type { WaitingMail } from '#shared/domain/login/mail-queue.ts';
import type { Letter } from '#shared/domain/login/send-mails.ts';
import type { EnvironmentVariable } from '#shared/ports.ts';
import { rememberAwsEnvironment } from '#test/support/world/aws-environment.ts';

const mail: WaitingMail = {
  type: 'loginCode',
  to: 'ada@example.com',
  code: 'BCDFGHJK',
  application: 'Dashboards',
  userAgent: 'curl',
  source: '203.0.113.7',
  expiresAtSeconds: 1_000_000,
};

const letter: Letter = { to: 'ada@example.com', subject: 'Your code for Zoë', text: 'It is BCDF GHJK.\n' };

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly target: unknown;
  readonly body: Record<string, unknown>;
}

const received: Received[] = [];
let answer: { readonly status: number; readonly body: object; readonly errorType?: string };
let service: { readonly url: string; close(): Promise<void> };
let restoreEnvironment: () => void;

beforeAll(async () => {
  restoreEnvironment = rememberAwsEnvironment();
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  service = await listenOnLoopback(
    createServer((request: IncomingMessage, response) => {
      void text(request).then((body) => {
        const { method, url, headers } = request;
        received.push({ method, url, target: headers['x-amz-target'], body: JSON.parse(body) });
        const type = answer.errorType === undefined ? {} : { 'x-amzn-errortype': answer.errorType };
        response.writeHead(answer.status, { 'content-type': 'application/json', ...type });
        response.end(JSON.stringify(answer.body));
      });
    }),
  );
  process.env.AWS_ENDPOINT_URL_SESV2 = service.url;
});
afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL_SESV2;
  restoreEnvironment();
  await service.close();
});
beforeEach(() => {
  received.length = 0;
});

const settings: Partial<Record<EnvironmentVariable, string>> = {
  MINTMARK_MAIL_FROM: 'login@example.com',
  MINTMARK_MAIL_CONFIGURATION_SET: 'mintmark',
};
const environment = (variable: EnvironmentVariable) =>
  variable === 'MINTMARK_MAIL_QUEUE' ? `${service.url}/000000000000/mails` : (settings[variable] ?? '');

describe('the queue of mails', () => {
  const taken = (body: string) => {
    const MD5OfMessageBody = createHash('md5').update(body).digest('hex');
    return { status: 200, body: { MessageId: '1', MD5OfMessageBody } };
  };

  test('takes one message for each mail, which holds the mail', async () => {
    answer = taken(writeMessage(mail));
    await sqsMailQueue(environment).enqueue(mail);
    const [{ target, body } = {} as Received, ...others] = received;
    expect(others).toEqual([]);
    expect(target).toBe('AmazonSQS.SendMessage');
    expect(body).toEqual({ QueueUrl: environment('MINTMARK_MAIL_QUEUE'), MessageBody: expect.any(String) });
    expect(readMessage(String(body.MessageBody))).toEqual(mail);
  });

  test('S7: takes an equally long message for a mail that nobody gets', async () => {
    answer = taken(writeMessage(undefined));
    await sqsMailQueue(environment).enqueue(undefined);
    expect(received.map(({ target }) => target)).toEqual(['AmazonSQS.SendMessage']);
    const body = String(received[0]?.body.MessageBody);
    expect(readMessage(body)).toBeUndefined();
    expect(body.length).toBe(writeMessage(mail).length);
  });

  test.each([
    { status: 500, errorType: 'InternalError' },
    { status: 403, errorType: 'AccessDeniedException' },
    { status: 400, errorType: 'QueueDoesNotExist' },
  ])('says that it is not available if it did not take a mail: $errorType', async (failure) => {
    answer = { ...failure, body: { message: 'no' } };
    await expect(sqsMailQueue(environment).enqueue(mail)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  test('says that it is not available if the service took another text', async () => {
    answer = taken('another text');
    await expect(sqsMailQueue(environment).enqueue(mail)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  test('is not there in a deployment without one, which takes no mail in silence', async () => {
    const queue = sqsMailQueue(() => '');
    expect(queue.isAvailable).toBe(false);
    await expect(queue.enqueue(mail)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await expect(queue.enqueue(undefined)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});

describe('a message', () => {
  test.each(['', '{}', '[]', '{"type":"loginCode"}', 'not JSON'])(
    'that is not of this product is refused: %j',
    (body) => {
      expect(() => readMessage(body)).toThrow();
    },
  );

  test('holds the longest names, too', () => {
    const long = { ...mail, application: '😀'.repeat(2_000) };
    expect(readMessage(writeMessage(long))).toEqual(long);
  });
});

describe('the mailer', () => {
  test('sends one plain text to one recipient, by the configuration set, and asks for no automatic answers', async () => {
    answer = { status: 200, body: { MessageId: '1' } };
    await sesMailer(environment).send(letter);
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/v2/email/outbound-emails',
        target: undefined,
        body: {
          FromEmailAddress: 'login@example.com',
          Destination: { ToAddresses: ['ada@example.com'] },
          FeedbackForwardingEmailAddress: 'login@example.com',
          ConfigurationSetName: 'mintmark',
          Content: {
            Simple: {
              Subject: { Data: 'Your code for Zoë', Charset: 'UTF-8' },
              Body: { Text: { Data: 'It is BCDF GHJK.\n', Charset: 'UTF-8' } },
              Headers: [
                { Name: 'Auto-Submitted', Value: 'auto-generated' },
                { Name: 'X-Auto-Response-Suppress', Value: 'All' },
              ],
            },
          },
        },
      },
    ]);
  });

  test.each([
    { status: 400, errorType: 'MessageRejected' },
    { status: 429, errorType: 'TooManyRequestsException' },
    { status: 500, errorType: 'InternalServiceErrorException' },
  ])('says that the service did not take a mail: $errorType', async (failure) => {
    answer = { ...failure, body: { message: 'no' } };
    await expect(sesMailer(environment).send(letter)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  test.each([
    { ...letter, to: 'ada@example.com,eve@evil.example' },
    { ...letter, to: 'ada@example.com\r\nBcc: eve@evil.example' },
    { ...letter, subject: 'Hello\r\nBcc: eve@evil.example' },
    { ...letter, subject: 'Hello\u2028Bcc: eve@evil.example' },
  ])('S10: sends nothing that adds to the header of a mail: %j', async (forged) => {
    await expect(sesMailer(environment).send(forged)).rejects.toThrow(TypeError);
    expect(received).toEqual([]);
  });

  test.each(['MINTMARK_MAIL_FROM', 'MINTMARK_MAIL_CONFIGURATION_SET'])('does not open without %s', (missing) => {
    expect(() => sesMailer((variable) => (variable === missing ? '' : environment(variable)))).toThrow(missing);
  });
});
