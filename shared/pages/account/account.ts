import { type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import { moment } from '../moment.ts';
import type { Page } from '../page.ts';
import { form, listOf } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page of the person who is logged in shows. Each form posts nothing but `csrf`. */
export interface AccountProps {
  readonly csrf: string;
  readonly person: { readonly name?: string | undefined; readonly email: string };
  readonly memberships: readonly { readonly tenant: string; readonly roles: readonly string[] }[];
  /** The names of the roles of the workspace; `all` for a person who may do everything. */
  readonly workspaceRoles: readonly string[] | 'all';
  readonly identities: ShownIdentities;
  readonly sessions: readonly ShownSession[];
  readonly consents: readonly ShownConsent[];
  readonly logoutAction: string;
  readonly logoutEverywhereAction: string;
}

/** The ways in which the person can log in, besides the code to the person's address. */
export interface ShownIdentities {
  /** Whether the person has logged in by a code that was sent to the address. */
  readonly isEmailVerified: boolean;
  readonly providers: readonly ShownIdentity[];
}

/** A login at an identity provider. */
export interface ShownIdentity {
  /** The name of the provider. */
  readonly provider: string;
  /** Who the person is there: an address, or what the provider has in its place. */
  readonly account: string;
  /** Seconds since 1970. */
  readonly sinceSeconds: number;
  /** Seconds since 1970; undefined for never. */
  readonly lastUsedSeconds?: number | undefined;
  /** Undefined if it cannot be removed now. */
  readonly removeAction?: string | undefined;
}

/** A login in some browser. */
export interface ShownSession {
  /** The browser, such as "Firefox on Linux". */
  readonly device: string;
  /** Where it is: a network address, or what is known about it. */
  readonly place: string;
  /** Seconds since 1970. */
  readonly sinceSeconds: number;
  /** Seconds since 1970. */
  readonly lastSeenSeconds: number;
  readonly isCurrent: boolean;
  readonly endAction: string;
}

/** What the person allowed an application. */
export interface ShownConsent {
  readonly application: string;
  /** Whether the application is the workspace's own. */
  readonly isVerified: boolean;
  /** Undefined if the application only learns who the person is. */
  readonly api?: string | undefined;
  readonly tenant?: string | undefined;
  readonly permissions: readonly string[];
  /** Seconds since 1970. */
  readonly sinceSeconds: number;
  readonly withdrawAction: string;
}

const text = texts.account;

/** Shows a person who they are here, where they are logged in, and what they allowed. */
export function accountPage(props: AccountProps, brand: Brand = mintmarkBrand): Page {
  return layOut(
    {
      title: text.title,
      forms: 'own',
      isWide: true,
      body: [who(props), memberships(props), identities(props), sessions(props), consents(props)],
    },
    brand,
  );
}

function who({ csrf, person: { name, email }, logoutAction, logoutEverywhereAction }: AccountProps): Html {
  return html`<section class="row">
<p>${name === undefined ? '' : html`<strong>${nameOf(name)}</strong><br>`}${nameOf(email)}</p>
${form({ action: logoutAction, csrf }, html`<button class="small">${text.logout}</button>`)}
${form({ action: logoutEverywhereAction, csrf }, html`<button class="plain small">${text.logoutEverywhere}</button>`)}
</section>`;
}

function memberships({ memberships, workspaceRoles }: AccountProps): Html {
  const items = memberships.map(
    ({ tenant, roles }) => html`${nameOf(tenant)}<br><span class="soft">${namesOf(roles)}</span>`,
  );
  return html`<section>
<h2>${text.memberships}</h2>
${inWorkspace(workspaceRoles)}
${(items.length > 0 || workspaceRoles.length === 0) && listOf(items, text.noMemberships)}
</section>`;
}

function inWorkspace(roles: AccountProps['workspaceRoles']): Html | undefined {
  if (roles === 'all') return html`<p>${text.allOfWorkspace}</p>`;
  return roles.length === 0 ? undefined : html`<p>${text.workspace} ${namesOf(roles)}.</p>`;
}

function identities({ identities: { isEmailVerified, providers }, person, csrf }: AccountProps): Html {
  const address = html`<p>${nameOf(person.email)}<br>
<span class="soft small">${isEmailVerified ? text.byCode : text.byCodeUnverified}</span></p>`;
  return html`<section>
<h2>${text.identities}</h2>
${listOf([address, ...providers.map((identity) => identityRow(identity, csrf))], '')}
</section>`;
}

function identityRow(identity: ShownIdentity, csrf: string): Html {
  const { account, sinceSeconds, lastUsedSeconds, removeAction } = identity;
  const provider = nameOf(identity.provider);
  const remove = html`<button class="plain small">${text.removeIdentity}<span class="unseen"> ${say(text.removeIdentityOf, { provider })}</span></button>`;
  const used = lastUsedSeconds !== undefined && html`<br>${say(text.lastUsed, { moment: moment(lastUsedSeconds) })}`;
  return html`<div class="row">
<p>${nameOf(account)}<br>
<span class="soft small">${say(text.byProvider, { provider })}<br>${say(text.linked, { moment: moment(sinceSeconds) })}${used}</span></p>
${removeAction !== undefined && form({ action: removeAction, csrf }, remove)}
</div>`;
}

function sessions({ sessions, csrf }: AccountProps): Html {
  return html`<section>
<h2>${text.sessions}</h2>
${listOf(
  sessions.map((session) => sessionRow(session, csrf)),
  text.noSessions,
)}
</section>`;
}

function sessionRow(
  { device, place, sinceSeconds, lastSeenSeconds, isCurrent, endAction }: ShownSession,
  csrf: string,
): Html {
  const since = say(text.since, { moment: moment(sinceSeconds) });
  const lastSeen = say(text.lastSeen, { moment: moment(lastSeenSeconds) });
  const end = html`<button class="plain small">${text.endSession}<span class="unseen"> ${say(text.endSessionOf, { device: nameOf(device) })}</span></button>`;
  return html`<div class="row">
<p>${nameOf(device)} ${isCurrent && html`<span class="tag">${text.isCurrent}</span>`}<br>
<span class="soft small">${nameOf(place)}<br>${since}<br>${lastSeen}</span></p>
${form({ action: endAction, csrf }, end)}
</div>`;
}

function consents({ consents, csrf }: AccountProps): Html {
  return html`<section>
<h2>${text.applications}</h2>
${listOf(
  consents.map((consent) => consentRow(consent, csrf)),
  text.noApplications,
)}
</section>`;
}

function consentRow(consent: ShownConsent, csrf: string): Html {
  const { application, isVerified, permissions, sinceSeconds, withdrawAction } = consent;
  const warning = isVerified ? '' : html` <span class="tag alarm">${texts.consent.notVerified}</span>`;
  const withdraw = html`<button class="plain small">${text.withdraw}<span class="unseen"> ${say(text.withdrawFrom, { application: nameOf(application) })}</span></button>`;
  return html`<div class="row">
<p>${nameOf(application)}${warning}<br>
<span class="soft small">${placeOf(consent)}<br>${permissions.length > 0 && html`<code>${nameOf(permissions.join(' '))}</code><br>`}
${say(text.since, { moment: moment(sinceSeconds) })}</span></p>
${form({ action: withdrawAction, csrf }, withdraw)}
</div>`;
}

function placeOf({ api, tenant }: ShownConsent): Html | string {
  if (api === undefined) return text.whoYouAre;
  return tenant === undefined ? nameOf(api) : say(text.inTenant, { api: nameOf(api), tenant: nameOf(tenant) });
}

function namesOf(names: readonly string[]): Html | string {
  if (names.length === 0) return text.noRoles;
  return html`${names.map((name, index) => [index > 0 && ', ', nameOf(name)])}`;
}
