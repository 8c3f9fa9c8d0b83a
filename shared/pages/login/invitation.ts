import { type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What an invitation shows to everybody who has its link. The form posts nothing but the token. */
export interface InvitedProps extends FormProps {
  /** The address that was invited. */
  readonly email: string;
  /** The name of the tenant or of the workspace. */
  readonly into: string;
  /** The name of the person, or of the application, that invited. */
  readonly invitedBy: string;
}

/** What an invitation shows to the person whom it is for. */
export interface InvitationProps extends Omit<InvitedProps, 'action'> {
  readonly acceptAction: string;
  readonly declineAction: string;
  /** The names of the roles that the person will have. */
  readonly roles: readonly string[];
}

const text = texts.invitation;

/** Asks to log in before an invitation can be answered. */
export function invitedPage(props: InvitedProps, brand: Brand = mintmarkBrand): Page {
  const email = nameOf(props.email);
  const place = nameOf(props.into);
  return layOut(
    {
      title: text.title,
      heading: say(text.heading, { place }),
      forms: 'own',
      body: [
        html`<p>${say(text.explanation, { inviter: nameOf(props.invitedBy), email, place })}</p>`,
        html`<p>${say(text.logInFirst, { email })}</p>`,
        form(props, html`<button>${text.sendCode}</button>`),
        html`<p class="soft small">${text.notYou}</p>`,
      ],
    },
    brand,
  );
}

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
        html`<div class="pair">
${form({ action: props.declineAction, csrf: props.csrf }, html`<button class="ink">${text.decline}</button>`)}
${form({ action: props.acceptAction, csrf: props.csrf }, html`<button>${text.accept}</button>`)}
</div>`,
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
