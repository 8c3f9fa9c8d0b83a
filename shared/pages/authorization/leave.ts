import { destinationOf, hostOf } from '../destination.ts';
import { html, linkToApplication } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page that leaves for an application shows. */
export interface LeaveProps {
  /** The answer: a registered redirect URI with its parameters. */
  readonly to: string;
}

const text = texts.leave;

/**
 * Leaves for an application. After a POST the browser is sent here, and goes on by `Refresh`: a redirect would count as
 * the form's own, which `form-action 'self'` stops.
 * @throws TypeError for an address that is no redirect URI
 */
export function leavePage({ to }: LeaveProps, brand: Brand = mintmarkBrand): Page {
  const host = hostOf(destinationOf(to));
  return layOut(
    {
      title: text.title,
      forms: 'none',
      refreshTo: to,
      body: [
        html`<p>${say(text.explanation, { host })}</p>`,
        html`<p>${linkToApplication(to, say(text.button, { host }))}</p>`,
      ],
    },
    brand,
  );
}
