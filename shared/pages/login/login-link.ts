import { html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page behind a login link shows. */
export interface LoginLinkProps extends FormProps {
  /** The person whom the link logs in. */
  readonly email: string;
  readonly workspaceName: string;
}

const text = texts.loginLink;

/** Asks before a link logs somebody in: programs that look through mails open links, but press no button. */
export function loginLinkPage(props: LoginLinkProps, brand: Brand = mintmarkBrand): Page {
  const email = nameOf(props.email);
  return layOut(
    {
      title: text.title,
      heading: say(text.heading, { email }),
      forms: 'own',
      body: [
        html`<p>${say(text.explanation, { workspace: nameOf(props.workspaceName) })}</p>`,
        form(props, html`<button>${say(text.button, { email })}</button>`),
        html`<p class="soft small">${text.warning}</p>`,
      ],
    },
    brand,
  );
}
