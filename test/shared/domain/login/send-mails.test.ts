import { expect, test } from 'vitest';
import type { WaitingMail } from '#shared/domain/login/mail-queue.ts';
import { type Letter, sendMails } from '#shared/domain/login/send-mails.ts';

const NOW = 1_000_000;

const mail: WaitingMail = {
  type: 'loginCode',
  to: 'ada@example.com',
  code: 'BCDFGHJK',
  userAgent: 'curl',
  source: '203.0.113.7',
  expiresAtSeconds: NOW + 1,
};

const queued = (id: string, read: () => WaitingMail | undefined) => ({ id, read });

/** A mailer that fails for some recipients, and keeps what it sent. */
function mailerFailingFor(...recipients: readonly string[]) {
  const sent: Letter[] = [];
  const failure = new Error('the service did not take it');
  const send = async (letter: Letter) => {
    if (recipients.includes(letter.to)) throw failure;
    sent.push(letter);
  };
  return { sent, failure, mailer: { send }, clock: { nowSeconds: () => NOW } };
}

const write = (waiting: WaitingMail) => ({
  subject: 'Your code',
  text: `It is ${waiting.type === 'loginCode' ? waiting.code : ''}.`,
});

test('a mail is written when it is sent', async () => {
  const ports = mailerFailingFor();
  expect(await sendMails([queued('1', () => mail)], write, ports)).toEqual({ sent: 1, dropped: 0, failures: [] });
  expect(ports.sent).toEqual([{ to: 'ada@example.com', subject: 'Your code', text: 'It is BCDFGHJK.' }]);
});

test.each([
  ['a mail that nobody gets', undefined],
  ['a code that has expired meanwhile', { ...mail, expiresAtSeconds: NOW }],
])('%s is dropped, and does not come again', async (_, dropped) => {
  const ports = mailerFailingFor();
  expect(await sendMails([queued('1', () => dropped)], write, ports)).toEqual({ sent: 0, dropped: 1, failures: [] });
  expect(ports.sent).toEqual([]);
});

test('a mail that fails comes again alone, so that the others are sent once', async () => {
  const ports = mailerFailingFor('bob@example.com');
  const garbled = new SyntaxError('this is no message');
  const batch = [
    queued('1', () => mail),
    queued('2', () => ({ ...mail, to: 'bob@example.com' })),
    queued('3', () => {
      throw garbled;
    }),
    queued('4', () => ({ ...mail, to: 'eve@example.com' })),
  ];
  expect(await sendMails(batch, write, ports)).toEqual({
    sent: 2,
    dropped: 0,
    failures: [
      { id: '2', cause: ports.failure },
      { id: '3', cause: garbled },
    ],
  });
  expect(ports.sent.map(({ to }) => to)).toEqual(['ada@example.com', 'eve@example.com']);
});
