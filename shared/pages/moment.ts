import { type Html, html } from './html.ts';
import { texts } from './texts.ts';

const INSTANT = { timeStyle: 'short', timeZone: 'UTC', hourCycle: 'h23' } as const;
const long = new Intl.DateTimeFormat(texts.lang, { ...INSTANT, dateStyle: 'long' });
const short = new Intl.DateTimeFormat(texts.lang, { ...INSTANT, dateStyle: 'medium' });

/**
 * A moment in words, such as "November 30, 2026 at 12:05 UTC": neither a page without scripts nor a mail knows the reader's
 * clock. The parameter is seconds since 1970.
 */
export function momentText(seconds: number): string {
  return `${long.format(new Date(seconds * 1000))} UTC`;
}

/** A moment on a page, such as "Nov 30, 2026, 12:05 UTC": short enough for one line of a phone, and with the moment for programs. */
export function moment(seconds: number): Html {
  const date = new Date(seconds * 1000);
  return html`<time datetime="${date.toISOString()}">${short.format(date)} UTC</time>`;
}
