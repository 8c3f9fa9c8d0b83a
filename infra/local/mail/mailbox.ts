import { readJsonFile, replaceJsonFile } from '../kms/json-file.ts';

/** Older mails are forgotten. */
const MAILS_MAX = 500;

/** A mail that was sent. */
export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The moment in ISO 8601. */
  readonly receivedAt: string;
}

/** The mails that were sent on this machine. */
export class LocalMailbox {
  readonly #path: string | undefined;
  #mails: readonly ReceivedMail[];

  /** @param path the file that keeps the mails, for its owner only; in memory without it */
  constructor(path?: string) {
    this.#path = path;
    this.#mails = path === undefined ? [] : ((readJsonFile(path) as ReceivedMail[] | undefined) ?? []);
  }

  /** All mails, the newest first. */
  get mails(): readonly ReceivedMail[] {
    return this.#mails;
  }

  /** Keeps a mail. When the method returns, the mail is in the file. */
  keep(mail: ReceivedMail): void {
    this.#mails = [mail, ...this.#mails].slice(0, MAILS_MAX);
    if (this.#path !== undefined) replaceJsonFile(this.#path, this.#mails);
  }
}
