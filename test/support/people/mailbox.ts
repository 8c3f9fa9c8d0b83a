import type { MailQueue, WaitingCode, WaitingInvitation, WaitingMail } from '#shared/domain/login/mail-queue.ts';

/** A queue that keeps the mails, so that a test reads them like the people who get them. */
export class Mailbox implements MailQueue {
  readonly isAvailable = true;
  readonly mails: WaitingMail[] = [];

  async enqueue(mail: WaitingMail | undefined): Promise<void> {
    if (mail !== undefined) this.mails.push(mail);
  }

  /** The newest code that was sent to an address. */
  codeFor(address: string): string {
    return this.#newest<WaitingCode>('loginCode', address).code;
  }

  /** The newest invitation that was sent to an address. */
  invitationFor(address: string): WaitingInvitation {
    return this.#newest<WaitingInvitation>('invitation', address);
  }

  #newest<Kind extends WaitingMail>(type: Kind['type'], address: string): Kind {
    const mail = this.mails.findLast((sent): sent is Kind => sent.type === type && sent.to === address);
    if (mail === undefined) throw new Error(`No such mail was sent to ${address}.`);
    return mail;
  }
}
