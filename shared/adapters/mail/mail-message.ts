import * as z from 'zod';
import type {
  WaitingCode,
  WaitingIdentityNotice,
  WaitingInvitation,
  WaitingMail,
} from '#shared/domain/login/mail-queue.ts';
import type { ShapeOf } from '#shared/shape-of.ts';

/** All messages have this length, or for very long names a multiple of it. Its own length tells nothing about a mail. */
const MESSAGE_CHARACTERS = 2_048;

const messageSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('loginCode'),
      to: z.string(),
      code: z.string(),
      application: z.string().optional(),
      userAgent: z.string(),
      source: z.string(),
      expiresAtSeconds: z.number(),
    } satisfies ShapeOf<WaitingCode>),
    z.object({
      type: z.literal('invitation'),
      to: z.string(),
      invitationId: z.string(),
      tenant: z.string().optional(),
      invitedBy: z.string(),
      roles: z.array(z.string()),
      expiresAtSeconds: z.number(),
    } satisfies ShapeOf<WaitingInvitation>),
    z.object({
      type: z.literal('identityNotice'),
      to: z.string(),
      change: z.enum(['linked', 'removed']),
      provider: z.string(),
      atSeconds: z.number(),
      expiresAtSeconds: z.number(),
    } satisfies ShapeOf<WaitingIdentityNotice>),
  ])
  .nullable();

/** Writes a mail into a message. `undefined`, a mail that nobody gets, becomes a message of the same length. */
export function writeMessage(mail: WaitingMail | undefined): string {
  const text = JSON.stringify(mail ?? null);
  // Space at the end of JSON has no meaning (RFC 8259 §2).
  return text.padEnd(Math.ceil(text.length / MESSAGE_CHARACTERS) * MESSAGE_CHARACTERS);
}

/**
 * Reads a mail from a message; undefined for a mail that nobody gets.
 * @throws Error for a message that is not of this product
 */
export function readMessage(body: string): WaitingMail | undefined {
  return messageSchema.parse(JSON.parse(body)) ?? undefined;
}
