import { type Html, html } from '../html.ts';
import { texts } from '../texts.ts';

const format = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** A moment, in UTC because a page without scripts does not know the reader's clock. The parameter is seconds since 1970. */
export function moment(seconds: number): Html {
  const date = new Date(seconds * 1000);
  // Intl separates AM and PM by a space of its own kind.
  const shown = format.format(date).replaceAll('\u202f', ' ');
  return html`<time datetime="${date.toISOString()}">${shown} UTC</time>`;
}
