import type { MailQueue, WaitingMail } from '#shared/domain/login/mail-queue.ts';

/** A queue that keeps the mails, so that a test reads them like the people who get them. */
export class Mailbox implements MailQueue {
  readonly isAvailable = true;
  readonly mails: WaitingMail[] = [];

  async enqueue(mail: WaitingMail | undefined): Promise<void> {
    if (mail !== undefined) this.mails.push(mail);
  }

  /** The newest code that was sent to an address. */
  codeFor(address: string): string {
    const mail = this.mails.findLast(({ to }) => to === address);
    if (mail === undefined) throw new Error(`No mail was sent to ${address}.`);
    return mail.code;
  }
}
