import { html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page shows where a person belongs to several tenants. The form posts the id of one as `tenant`. */
export interface ChooseTenantProps extends FormProps {
  readonly application: { readonly name: string };
  readonly tenants: readonly { readonly id: string; readonly name: string }[];
}

const text = texts.tenant;

/** Asks which tenant an application shall work with. */
export function chooseTenantPage(props: ChooseTenantProps, brand: Brand = mintmarkBrand): Page {
  const { application, tenants } = props;
  const buttons = tenants.map(
    ({ id, name }) => html`<button class="plain" name="tenant" value="${id}">${nameOf(name)}</button>`,
  );
  return layOut(
    {
      title: text.title,
      heading: text.heading,
      forms: 'own',
      body: [
        html`<p>${say(text.explanation, { application: nameOf(application.name) })}</p>`,
        form(props, html`<div class="stack">${buttons}</div>`),
      ],
    },
    brand,
  );
}
