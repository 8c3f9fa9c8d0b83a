import type { Random } from '../ambient.ts';
import type { Interaction } from '../people-records/interaction.ts';
import { type LoginAttempt, loginAttemptKey } from '../people-records/login-attempt.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import { countCodeOfSource, type MailLimitPorts, type MailReader, mayMail } from './mail-limits.ts';
import type { LoginMailFacts, MailQueue } from './mail-queue.ts';
import { maySignUp, type SignUpPorts, signUp, userIdOf } from './sign-up.ts';

/** How long a code works. */
export const CODE_LIFETIME_SECONDS = 600;

/** How many wrong codes end an attempt. */
export const CODE_TRIES = 3;

/** Digits and letters that people do not mistake for each other, without vowels, so that no code is a word. */
const ALPHABET = 'BCDFGHJKMNPQRSTVWXZ23456789';

/** 8 characters of 27 hold 38 bits. Three tries guess a code with a chance of one in ninety billion. */
const CODE_CHARACTERS = 8;

/** The ports that send and redeem codes. */
export interface EmailCodePorts extends MailLimitPorts {
  readonly records: RecordReader;
  readonly interactions: ShortLivedWriter<'loginAttempt'>;
  readonly mailQueue: MailQueue;
  readonly random: Random;
}

/** A wish for a code. */
export interface CodeWish {
  readonly address: string;
  readonly facts: Omit<LoginMailFacts, 'code'>;
  /** Runs before the first change, and only within the limit of the network, so that a flood writes no audit events. */
  readonly beforeChange: () => Promise<void>;
}

/**
 * Sends a code to an address. A new code replaces the code before it. Answer, work and time are the same for an address
 * that nobody has, and for one that got too many mails; then no mail is sent.
 * @throws DomainError `rate_limited` for a network that asks for too many codes; `temporarily_unavailable`
 */
export async function sendCode(
  interaction: Interaction,
  { address, facts, beforeChange }: CodeWish,
  ports: EmailCodePorts,
): Promise<void> {
  await countCodeOfSource(facts.source, ports);
  await beforeChange();
  const look = ports.records.open(`code for ${interaction.id}`);
  const email = address.toLowerCase();
  const { invitationId } = interaction;
  const sentAtSeconds = ports.clock.nowSeconds();
  const [userId, isWelcome, before] = await Promise.all([
    userIdOf(email, look),
    maySignUp({ email, invitationId }, look, sentAtSeconds),
    look.findShortLived(loginAttemptKey(interaction.id)),
  ]);
  const code = newCode(ports);
  const attempt: LoginAttempt = {
    interactionId: interaction.id,
    email,
    codeDigest: digestOf(code, { interactionId: interaction.id, email }, ports),
    userId,
    triesLeft: CODE_TRIES,
    isUsed: false,
    sentAtSeconds,
    expiresAtSeconds: sentAtSeconds + CODE_LIFETIME_SECONDS,
    version: (before?.version ?? 0) + 1,
  };
  // Of two requests at the same time one sends its code; the other code would be replaced at once.
  if (!(await ports.interactions.write(loginAttemptKey(interaction.id), attempt))) return;
  const isSent = await mayMail({ email, reader: readerOf(userId, isWelcome) }, ports);
  const { expiresAtSeconds } = attempt;
  const mail = { type: 'loginCode', to: email, code, expiresAtSeconds, ...facts } as const;
  await ports.mailQueue.enqueue(isSent ? mail : undefined);
}

/** What a typed code is: right, wrong with tries left, or without any chance, so that the person needs a new one. */
export type CodeResult =
  | { readonly is: 'right'; readonly userId: string; readonly email: string }
  | { readonly is: 'wrong' }
  | { readonly is: 'ended' };

/**
 * Redeems a typed code. Each try is a conditional write before the code is compared, so that many requests at the same
 * time have three tries together. A right code works once. Where the settings allow it, an address gets its user by its first right code.
 */
export async function redeemCode(
  interaction: Interaction,
  typed: string,
  ports: Omit<EmailCodePorts, 'mailQueue' | 'issuance'> & SignUpPorts,
): Promise<CodeResult> {
  const key = loginAttemptKey(interaction.id);
  const attempt = await ports.records.open(`try of ${interaction.id}`).findShortLived(key);
  if (attempt === undefined || !isAttemptOpen(attempt, ports.clock.nowSeconds())) return { is: 'ended' };
  const { email, interactionId } = attempt;
  const isRight = digestOf(codeOf(typed), { interactionId, email }, ports) === attempt.codeDigest;
  const triesLeft = attempt.triesLeft - 1;
  const tried = { ...attempt, triesLeft, isUsed: isRight, version: attempt.version + 1 };
  if (!(await ports.interactions.write(key, tried))) return redeemCode(interaction, typed, ports);
  if (!isRight) return triesLeft > 0 ? { is: 'wrong' } : { is: 'ended' };
  const userId = await userOfRightCode(interaction, attempt, ports);
  return userId === undefined ? { is: 'ended' } : { is: 'right', userId, email };
}

/** Whom a right code logs in; undefined if the address belongs to another user by now, or to nobody. */
async function userOfRightCode(
  { invitationId }: Interaction,
  { email, interactionId, userId }: LoginAttempt,
  ports: SignUpPorts,
): Promise<string | undefined> {
  const look = ports.records.open(`address of ${interactionId}`);
  const owner = await userIdOf(email, look);
  if (userId !== undefined) return owner === userId ? owner : undefined;
  const isWelcome = await maySignUp({ email, invitationId }, look, ports.clock.nowSeconds());
  if (!isWelcome) return undefined;
  return owner ?? signUp(email, ports);
}

/** Who reads the mails of an address, as far as the limits of mails differ. */
function readerOf(userId: string | undefined, isWelcome: boolean): MailReader {
  if (userId !== undefined) return 'known';
  return isWelcome ? 'newcomer' : 'nobody';
}

/** Whether a code can still be typed: it has tries left, was not used and has not expired. */
export function isAttemptOpen({ triesLeft, isUsed, expiresAtSeconds }: LoginAttempt, nowSeconds: number): boolean {
  return triesLeft > 0 && !isUsed && expiresAtSeconds > nowSeconds;
}

/** The code in a text that a person typed, in any case, with spaces or hyphens. */
function codeOf(typed: string): string {
  return typed.replaceAll(/[\s-]/g, '').toUpperCase();
}

function digestOf(
  code: string,
  { interactionId, email }: Pick<LoginAttempt, 'interactionId' | 'email'>,
  { digests }: Pick<EmailCodePorts, 'digests'>,
): string {
  return digests.digest(`${interactionId}\n${email}\n${code}`);
}

/** Makes a code of random characters, each equally likely: bytes beyond a multiple of the alphabet are left out. */
function newCode({ random }: Pick<EmailCodePorts, 'random'>): string {
  const even = 256 - (256 % ALPHABET.length);
  const characters: string[] = [];
  while (characters.length < CODE_CHARACTERS) {
    const usable = [...random.bytes(CODE_CHARACTERS * 2)].filter((byte) => byte < even);
    characters.push(...usable.map((byte) => ALPHABET.charAt(byte % ALPHABET.length)));
  }
  return characters.slice(0, CODE_CHARACTERS).join('');
}
