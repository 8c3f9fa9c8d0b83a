import { type Html, html } from './html.ts';
import { texts } from './texts.ts';

const format = new Intl.DateTimeFormat(texts.lang, {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
  hourCycle: 'h23',
});

/**
 * A moment in words, such as "November 30, 2026 at 12:05 UTC": neither a page without scripts nor a mail knows the reader's
 * clock. The parameter is seconds since 1970.
 */
export function momentText(seconds: number): string {
  return `${format.format(new Date(seconds * 1000))} UTC`;
}

/** The same on a page, with the moment for programs. */
export function moment(seconds: number): Html {
  return html`<time datetime="${new Date(seconds * 1000).toISOString()}">${momentText(seconds)}</time>`;
}
