import type { BusEvent } from '../events.ts';
import type { RequestLine } from '../gateway/configuration.ts';
import type { ReceivedMail } from '../mail/mailbox.ts';
import { shortened } from './shortened.ts';

/** The members of an audit event that its line shows. */
interface EventDetail {
  readonly time: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly actor: { readonly clientId: string };
  readonly target: Readonly<Record<string, string>>;
}

const METHOD_CHARACTERS = 6;
const PATH_CHARACTERS = 40;
const TIME_CHARACTERS = 7;

/**
 * Returns one line for people about a request: time of day, method, path, status, duration, and the code of an error.
 */
export function requestLine({ method, path, status, milliseconds, errorCode }: RequestLine, now: Date): string {
  const columns = [
    timeOfDay(now),
    method.padEnd(METHOD_CHARACTERS),
    shortened(path).padEnd(PATH_CHARACTERS),
    String(status),
    `${Math.round(milliseconds)} ms`.padStart(TIME_CHARACTERS),
    errorCode ?? '',
  ];
  return columns.join('  ').trimEnd();
}

/**
 * Returns one line for people about an event that EventBridge would get: its time, its type and the client that caused
 * it.
 */
export function eventLine({ detailType, detail }: BusEvent): string {
  const { time, outcome, reason, actor, target } = detail as EventDetail;
  const about = Object.entries(target).map(([name, id]) => `${name} ${id}`);
  const what = reason === undefined ? outcome : `${outcome} (${reason})`;
  const actors = actor.clientId === '' ? [] : [`by ${actor.clientId}`];
  return [timeOfDay(new Date(time)), 'event ', `${detailType} ${what}`, ...actors, ...about].join('  ');
}

/** Returns one line for people about a mail: its time, its recipient and its subject. Its text can hold a code. */
export function mailLine({ to, subject, receivedAt }: ReceivedMail): string {
  return [timeOfDay(new Date(receivedAt)), 'mail  ', `to ${to}: ${subject} (see /local/mail)`].join('  ');
}

/** Returns the time of day, for example `14:05:09`, in the time zone of this machine. */
function timeOfDay(date: Date): string {
  return date.toTimeString().slice(0, 8);
}
