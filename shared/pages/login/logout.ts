import { type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page that asks before a logout shows. */
export interface LogoutProps extends FormProps {
  readonly email: string;
  /** Where a person goes who stays logged in. */
  readonly stayHref: string;
  /** Fields that the form keeps: where an application wants the person to go afterwards. */
  readonly kept?: Readonly<Record<string, string>>;
}

/** What the page after a logout shows. */
export interface LoggedOutProps {
  readonly loginHref: string;
}

const text = texts.logout;

/** Asks before a logout that no application vouches for: a link of another site must not log anybody out. */
export function logoutPage(props: LogoutProps, brand: Brand = mintmarkBrand): Page {
  return layOut(
    {
      title: text.title,
      heading: text.heading,
      forms: 'own',
      body: [
        html`<p>${say(text.explanation, { person: nameOf(props.email) })}</p>`,
        form(props, [keptFields(props.kept), html`<button>${text.button}</button>`]),
        html`<p><a href="${props.stayHref}">${text.stay}</a></p>`,
      ],
    },
    brand,
  );
}

function keptFields(kept: LogoutProps['kept'] = {}): readonly Html[] {
  return Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}

/** Says that the session of this browser has ended. */
export function loggedOutPage({ loginHref }: LoggedOutProps, brand: Brand = mintmarkBrand): Page {
  return layOut(
    {
      title: text.doneTitle,
      heading: text.doneHeading,
      forms: 'none',
      body: html`<p>${text.done}</p>
<p><a href="${loginHref}">${text.again}</a></p>`,
    },
    brand,
  );
}
