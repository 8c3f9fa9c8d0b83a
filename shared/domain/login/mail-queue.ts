/** What the mail of a code tells, besides the code: it helps a person to notice that somebody else asked for it. */
export interface LoginMailFacts {
  readonly code: string;
  /** The name of the application to which the person logs in; undefined for our own pages. */
  readonly application?: string | undefined;
  readonly userAgent: string;
  readonly source: string;
}

/** What the mail of an invitation tells. */
export interface InvitationMailFacts {
  readonly invitationId: string;
  /** The name of the tenant; undefined for the workspace. */
  readonly tenant?: string | undefined;
  /** The name of the person or of the client that invited. */
  readonly invitedBy: string;
  /** The names of the roles. */
  readonly roles: readonly string[];
}

interface Waiting {
  readonly to: string;
  /** When the mail has lost its use, in Unix time. From then on it is not sent any more. */
  readonly expiresAtSeconds: number;
}

/** The mail with a code for a login. */
export type WaitingCode = LoginMailFacts & Waiting & { readonly type: 'loginCode' };

/** The mail with an invitation. */
export type WaitingInvitation = InvitationMailFacts & Waiting & { readonly type: 'invitation' };

/** The mail that tells of a new or a removed way to log in. */
export interface WaitingIdentityNotice extends Waiting {
  readonly type: 'identityNotice';
  readonly change: 'linked' | 'removed';
  /** The name of the identity provider. */
  readonly provider: string;
  readonly atSeconds: number;
}

/** A mail that waits to be sent. It holds facts; the text is written when it is sent. */
export type WaitingMail = WaitingCode | WaitingInvitation | WaitingIdentityNotice;

/**
 * Takes mails that are sent later, so that no answer waits for a mail, and none tells by its time whether one is sent.
 */
export interface MailQueue {
  /** Whether the deployment can send mails. */
  readonly isAvailable: boolean;
  /**
   * Takes a mail. `undefined` stands for a mail that nobody gets, because nobody may log in with the address: it costs
   * the same work.
   * @throws DomainError `temporarily_unavailable` if the queue did not take it, or there is none
   */
  enqueue(mail: WaitingMail | undefined): Promise<void>;
}
