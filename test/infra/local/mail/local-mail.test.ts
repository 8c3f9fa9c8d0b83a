import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { type LocalMail, startLocalMail } from '#infra/local/mail/local-mail.ts';
import type { ReceivedMail } from '#infra/local/mail/mailbox.ts';
import { mailboxRoute } from '#infra/local/mail/mailbox-page.ts';

const opened: { close(): Promise<unknown> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function open(options?: Parameters<typeof startLocalMail>[0]): Promise<LocalMail> {
  const mail = await startLocalMail(options);
  opened.push(mail);
  return mail;
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-mail-'));
  folders.push(folder);
  return join(folder, 'mails.json');
}

const email = (subject = 'Your code', to = 'ada@example.com') => ({
  FromEmailAddress: 'login@example.com',
  Destination: { ToAddresses: [to] },
  FeedbackForwardingEmailAddress: 'login@example.com',
  ConfigurationSetName: 'mintmark',
  Content: {
    Simple: {
      Subject: { Data: subject, Charset: 'UTF-8' },
      Body: { Text: { Data: 'It is <b>BCDF GHJK</b>.', Charset: 'UTF-8' } },
      Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
    },
  },
});

const sendEmail = ({ url }: LocalMail, body: object) =>
  fetch(`${url}/v2/email/outbound-emails`, { method: 'POST', body: JSON.stringify(body) });

const sendMessage = ({ queueUrl }: LocalMail, MessageBody: string) =>
  fetch(queueUrl, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({ QueueUrl: queueUrl, MessageBody }),
  });

describe('the mail service of this machine', () => {
  test('keeps a mail in a file that only its owner can read, and has it after the next start', async () => {
    const path = await newFile();
    const told: ReceivedMail[] = [];
    const mail = await open({ path, onMail: (received) => told.push(received) });
    expect((await sendEmail(mail, email())).status).toBe(200);
    const kept = {
      to: 'ada@example.com',
      subject: 'Your code',
      text: 'It is <b>BCDF GHJK</b>.',
      receivedAt: expect.any(String),
    };
    expect(told).toEqual([kept]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([kept]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await (await open({ path })).mails()).toEqual([kept]);
  });

  test('keeps the newest 500 mails, the newest first', async () => {
    const mail = await open();
    for (let count = 1; count <= 501; count += 1) await sendEmail(mail, email(`Code ${count}`));
    const subjects = (await mail.mails()).map(({ subject }) => subject);
    expect([subjects.length, subjects[0], subjects.at(-1)]).toEqual([500, 'Code 501', 'Code 2']);
  });

  test.each([
    email('Your code\r\nBcc: eve@evil.example'),
    email('Your code', 'ada@example.com, eve@evil.example'),
    { ...email(), Destination: { ToAddresses: ['ada@example.com', 'eve@evil.example'] } },
    { ...email(), ReplyToAddresses: ['eve@evil.example'] },
    {},
  ])('refuses what SES would refuse, or what no function sends: %j', async (body) => {
    const mail = await open();
    const reply = await sendEmail(mail, body);
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([400, 'BadRequestException']);
    expect(await mail.mails()).toEqual([]);
  });
});

describe('the queue of this machine', () => {
  /** A handler that fails so often, and keeps the bodies that it got. */
  function failing(times: number) {
    const bodies: string[] = [];
    const deliver: Parameters<LocalMail['deliverTo']>[0] = async ({ Records }) => {
      bodies.push(...Records.map(({ body }) => body));
      const failures = bodies.length <= times ? Records : [];
      return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
    return { bodies, deliver };
  }

  test('brings a message to the function, and answers with its checksum', async () => {
    const mail = await open();
    const { bodies, deliver } = failing(0);
    mail.deliverTo(deliver);
    const reply = await sendMessage(mail, 'hello');
    expect(await reply.json()).toEqual({
      MessageId: expect.any(String),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    await mail.mails();
    expect(bodies).toEqual(['hello']);
  });

  test.each([
    [2, 3],
    [9, 5],
  ])('brings a message that fails %i times %i times', async (failures, deliveries) => {
    const mail = await open();
    const { bodies, deliver } = failing(failures);
    mail.deliverTo(deliver);
    await sendMessage(mail, 'hello');
    await mail.mails();
    expect(bodies).toHaveLength(deliveries);
  });

  test('brings a message again if the function throws', async () => {
    const mail = await open();
    let calls = 0;
    mail.deliverTo(async () => {
      calls += 1;
      throw new Error('out of time');
    });
    await sendMessage(mail, 'hello');
    await mail.mails();
    expect(calls).toBe(5);
  });
});

describe('the page of the mails', () => {
  const received: ReceivedMail = {
    to: 'ada@example.com',
    subject: 'Your code for <i>Acme</i>',
    text: 'It is BCDF GHJK.\n<script>alert(1)</script>',
    receivedAt: '2026-11-30T12:00:00.000Z',
  };

  async function openPage(mails: readonly ReceivedMail[] = [received]) {
    const gateway = await startGateway({ httpRoutes: [mailboxRoute({ mails: async () => mails })] });
    opened.push(gateway);
    return gateway.url;
  }

  test('shows people what programs get as JSON, with everything as text', async () => {
    const url = await openPage();
    const page = await fetch(`${url}/local/mail`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('<h2>Your code for &lt;i&gt;Acme&lt;/i&gt;</h2>');
    expect(html).toContain('It is BCDF GHJK.\n&lt;script&gt;');
    const json = await fetch(`${url}/local/mail`, { headers: { accept: 'application/json' } });
    expect([json.status, json.headers.get('cache-control'), await json.json()]).toEqual([200, 'no-store', [received]]);
  });

  test('says that there are no mails yet', async () => {
    expect(await (await fetch(`${await openPage([])}/local/mail`)).text()).toContain('No mail was sent yet.');
  });

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:1' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('is 403 for other sites: %j', async (headers) => {
    const reply = await fetch(`${await openPage()}/local/mail`, { headers: headers as Record<string, string> });
    expect([reply.status, await reply.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  test.each([
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example:8787', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['[::1]', 200],
  ])(
    'is there under the names of this machine only, and not under a name that leads to it: %s is %i',
    async (host, status) => {
      const url = new URL(`${await openPage()}/local/mail`);
      const named = status === 200 ? `${host}:${url.port}` : host;
      const sent = get(url, { headers: { host: named, 'sec-fetch-site': 'same-origin' } });
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(status);
    },
  );

  test('is there for its own origin', async () => {
    const url = await openPage();
    const headers = { origin: url, 'sec-fetch-site': 'same-origin' };
    expect((await fetch(`${url}/local/mail`, { headers })).status).toBe(200);
  });
});
