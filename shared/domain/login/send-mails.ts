import type { Clock } from '../ambient.ts';
import type { WaitingMail } from './mail-queue.ts';

/** A mail as it leaves: one recipient, one line as subject, and plain text. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mails in the name of the deployment. */
export interface Mailer {
  /**
   * Hands a mail over to the mail service.
   * @throws DomainError `temporarily_unavailable` if the service did not take it; TypeError for a recipient or a subject
   * that could add to the header of a mail
   */
  send(letter: Letter): Promise<void>;
}

/** A message of the queue. */
export interface QueuedMail {
  /** The id by which the queue learns that it must bring the message again. */
  readonly id: string;
  /** Reads the mail; undefined for a mail that nobody gets. */
  readonly read: () => WaitingMail | undefined;
}

/** What became of the messages. */
export interface SentMails {
  readonly sent: number;
  /** Mails that nobody gets, and mails that had lost their use. */
  readonly dropped: number;
  /** The messages that the queue must bring again. */
  readonly failures: readonly { readonly id: string; readonly cause: unknown }[];
}

interface Ports {
  readonly mailer: Mailer;
  readonly clock: Clock;
}

/**
 * Sends the mails of a batch. Mails that nobody gets and mails that have expired are dropped. The failure of one mail
 * leaves the others alone, so only the failed ones are brought again. A queue may bring a message twice: the person then
 * gets the same mail twice, which opens nothing more.
 * @param write writes the text of a mail
 */
export async function sendMails(
  batch: readonly QueuedMail[],
  write: (mail: WaitingMail) => Omit<Letter, 'to'>,
  ports: Ports,
): Promise<SentMails> {
  const sendOne = async ({ read }: QueuedMail): Promise<'sent' | 'dropped'> => {
    const mail = read();
    if (mail === undefined || mail.expiresAtSeconds <= ports.clock.nowSeconds()) return 'dropped';
    await ports.mailer.send({ to: mail.to, ...write(mail) });
    return 'sent';
  };
  const results = await Promise.allSettled(batch.map(sendOne));
  const endedAs = (end: 'sent' | 'dropped') =>
    results.filter((result) => result.status === 'fulfilled' && result.value === end).length;
  const failures = batch.flatMap(({ id }, index) => {
    const result = results[index];
    return result?.status === 'rejected' ? [{ id, cause: result.reason as unknown }] : [];
  });
  return { sent: endedAs('sent'), dropped: endedAs('dropped'), failures };
}
