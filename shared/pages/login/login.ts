import { flag, type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form, type ProblemKey, problemNote } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page that asks for an e-mail address shows. The form posts `email`. */
export interface LoginProps extends FormProps {
  /** The application that waits for the login. */
  readonly application?: { readonly name: string } | undefined;
  /** Whether the person is logged in already, and has to log in anew for a change of the account. */
  readonly isAnew?: boolean | undefined;
  /** What the person typed before, or what the application suggests (`login_hint`). */
  readonly email?: string | undefined;
  /** Whether the deployment can send mails. */
  readonly mailAvailable: boolean;
  /** Other ways to log in. Each `href` begins one: choosing is a link, since a form may not leave the own origin. */
  readonly providers: readonly { readonly name: string; readonly href: string }[];
  readonly problem?: ProblemKey | undefined;
}

const text = texts.login;

/** Asks who wants to log in. */
export function loginPage(props: LoginProps, brand: Brand = mintmarkBrand): Page {
  const { application, mailAvailable, providers, problem } = props;
  const hasBoth = mailAvailable && providers.length > 0;
  return layOut(
    {
      title: text.title,
      hasProblem: problem !== undefined,
      forms: mailAvailable ? 'own' : 'none',
      body: [
        application && html`<p class="soft">${say(text.toApplication, { application: nameOf(application.name) })}</p>`,
        props.isAnew && html`<p class="soft">${text.anew}</p>`,
        problemNote(problem),
        mailAvailable ? emailForm(props) : withoutMail(providers.length > 0),
        hasBoth && html`<div class="or">${text.or}</div>`,
        providers.length > 0 && html`<div class="stack">${providers.map(providerLink)}</div>`,
      ],
    },
    brand,
  );
}

function emailForm({ action, csrf, email = '', problem }: LoginProps): Html {
  const isInvalid = problem === 'email';
  return form(
    { action, csrf },
    html`<label for="email">${text.email}</label>
<input id="email" name="email" type="email" value="${email}" maxlength="254" autocomplete="email" autocapitalize="none" spellcheck="false" aria-describedby="${isInvalid ? 'problem hint' : 'hint'}" aria-invalid="${isInvalid ? 'true' : 'false'}" ${flag('required', true)} ${flag('autofocus', true)}>
<p class="hint" id="hint">${text.hint}</p>
<button>${text.button}</button>`,
  );
}

function withoutMail(hasProviders: boolean): Html {
  return html`<div class="note">
<p>${text.noMail}</p>
<p class="soft small">${say(text.noMailOperator, { setting: html`<code>mailFrom</code>` })}</p>
</div>
${hasProviders ? '' : html`<p>${text.noWay}</p>`}`;
}

function providerLink({ name, href }: LoginProps['providers'][number]): Html {
  return html`<a class="button plain" href="${href}">${say(text.provider, { provider: nameOf(name) })}</a>`;
}
