import { type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What an invitation shows. The form posts `decision`: `accept` or `decline`. */
export interface InvitationProps extends FormProps {
  /** The address that was invited. */
  readonly email: string;
  /** The name of the tenant or of the workspace. */
  readonly into: string;
  /** The names of the roles that the person will have. */
  readonly roles: readonly string[];
  /** The name of the person, or of the application, that invited. */
  readonly invitedBy: string;
}

const text = texts.invitation;

/** Asks whether somebody wants to become a member. */
export function invitationPage(props: InvitationProps, brand: Brand = mintmarkBrand): Page {
  const place = nameOf(props.into);
  const values = { inviter: nameOf(props.invitedBy), email: nameOf(props.email), place };
  return layOut(
    {
      title: text.title,
      heading: say(text.heading, { place }),
      forms: 'own',
      body: [
        html`<p>${say(text.explanation, values)}</p>`,
        roleList(props.roles),
        form(
          props,
          html`<div class="pair">
<button class="ink" name="decision" value="decline">${text.decline}</button>
<button name="decision" value="accept">${text.accept}</button>
</div>`,
        ),
      ],
    },
    brand,
  );
}

function roleList(roles: readonly string[]): Html {
  if (roles.length === 0) return html`<p class="soft">${text.noRoles}</p>`;
  return html`<p>${text.roles}</p>
<ul>${roles.map((role) => html`<li>${nameOf(role)}</li>`)}</ul>`;
}
