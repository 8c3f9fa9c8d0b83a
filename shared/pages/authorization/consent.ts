import { destinationOf, hostOf } from '../destination.ts';
import { flag, type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** An OpenID scope that tells an application something about the person. */
export type ToldScope = keyof typeof texts.consent.openidScopes;

/** What the consent page shows. The form posts `decision` (`allow` or `deny`) and one `permission` for each ticked box. */
export interface ConsentProps extends FormProps {
  readonly application: {
    readonly name: string;
    /** Whether an administrator made the application, or vouches for it. */
    readonly isVerified: boolean;
    /** The registered address that the answer goes to. The page shows its host. */
    readonly redirectUri: string;
  };
  /** Left out where the request asks for the person only (`openid`). */
  readonly api?: { readonly name: string; readonly identifier: string } | undefined;
  readonly permissions: readonly {
    readonly value: string;
    readonly description?: string | undefined;
    /** Whether the box is ticked when the page opens. */
    readonly allowed: boolean;
  }[];
  readonly person: { readonly name?: string | undefined; readonly email: string };
  /** The tenant that the access is for. */
  readonly tenant?: { readonly name: string } | undefined;
  /** Whether the application keeps its access after a logout (`offline_access`). */
  readonly offline: boolean;
  readonly openidScopes: readonly ToldScope[];
  /** The link to the login page, for another person at this browser. */
  readonly otherAccountHref: string;
}

const text = texts.consent;

/** Asks a person what an application may do for them. */
export function consentPage(props: ConsentProps, brand: Brand = mintmarkBrand): Page {
  const { application, api, person, otherAccountHref, openidScopes, offline } = props;
  const heading = api === undefined ? text.headingPersonOnly : text.heading;
  return layOut(
    {
      title: text.title,
      heading: say(heading, { application: nameOf(application.name) }),
      forms: 'own',
      body: [
        html`<p class="soft">${say(text.asWhom, { person: personIn(person) })}<br>
<a href="${otherAccountHref}">${text.otherAccount}</a></p>`,
        applicationNote(application),
        form(props, [
          access(props),
          openidScopes.length > 0 && told(openidScopes),
          html`<p class="soft small">${offline ? text.offline : text.online} ${text.later}</p>`,
          // Deny comes first, so that Enter on a box never allows anything.
          html`<div class="pair">
<button class="ink" name="decision" value="deny">${text.deny}</button>
<button name="decision" value="allow">${text.allow}</button>
</div>`,
        ]),
      ],
    },
    brand,
  );
}

function personIn({ name, email }: ConsentProps['person']): Html {
  return name === undefined ? nameOf(email) : html`${nameOf(name)} (${nameOf(email)})`;
}

function applicationNote({ isVerified, redirectUri }: ConsentProps['application']): Html {
  const destination = destinationOf(redirectUri);
  const goesTo = { web: text.goesTo, computer: text.goesToComputer, app: text.goesToApp }[destination.kind];
  return html`<div class="${isVerified ? 'note' : 'problem'}">
<p><span class="${isVerified ? 'tag' : 'tag alarm'}">${isVerified ? text.verified : text.notVerified}</span></p>
<p>${say(goesTo, { host: hostOf(destination) })}</p>
${isVerified ? '' : html`<p>${text.notVerifiedMeaning}</p>`}
</div>`;
}

function access({ api, tenant, permissions }: ConsentProps): readonly Html[] {
  if (api === undefined) return [];
  const named = nameOf(api.name);
  const where =
    tenant === undefined
      ? say(text.inNoTenant, { api: named })
      : say(text.inTenant, { api: named, tenant: nameOf(tenant.name) });
  return [
    html`<p>${where}<br><code class="soft">${api.identifier}</code></p>`,
    ...(permissions.length > 0 ? [boxes(permissions)] : []),
  ];
}

function boxes(permissions: ConsentProps['permissions']): Html {
  return html`<fieldset>
<legend>${text.permissions}</legend>
<ul class="list">${permissions.map((permission) => html`<li>${box(permission)}</li>`)}</ul>
</fieldset>`;
}

function box({ value, description, allowed }: ConsentProps['permissions'][number]): Html {
  const code = html`<code class="soft"><bdi>${value}</bdi></code>`;
  return html`<label class="choice">
<input type="checkbox" name="permission" value="${value}" ${flag('checked', allowed)}>
<span>${description === undefined || description === '' ? code : html`${nameOf(description)}<br>${code}`}</span>
</label>`;
}

function told(scopes: readonly ToldScope[]): Html {
  return html`<p>${text.openid}</p>
<ul>${scopes.map((scope) => html`<li>${text.openidScopes[scope]}</li>`)}</ul>`;
}
