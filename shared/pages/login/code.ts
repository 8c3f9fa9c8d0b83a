import { flag, type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { type FormProps, form, type ProblemKey, problemNote } from '../parts.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page that asks for the code from the mail shows. The form posts `code`, with spaces and in any case. */
export interface CodeProps extends FormProps {
  /** Where the form that asks for a new code is posted to. It posts nothing but the token. */
  readonly resendAction: string;
  /** The link back to the page that asks for an address. */
  readonly otherAddressHref: string;
  readonly email: string;
  /** How many more codes may be tried; said after the first wrong one. */
  readonly triesLeft?: number | undefined;
  readonly problem?: ProblemKey | undefined;
}

const text = texts.code;

/** Asks for the code that was sent by e-mail. */
export function codePage(props: CodeProps, brand: Brand = mintmarkBrand): Page {
  const { csrf, resendAction, otherAddressHref, email, problem } = props;
  return layOut(
    {
      title: text.title,
      hasProblem: problem !== undefined,
      forms: 'own',
      body: [
        html`<p>${say(text.sent, { email: nameOf(email) })}</p>`,
        problemNote(problem),
        codeForm(props),
        html`<div class="after">
<p class="soft small">${text.patience}</p>
${form({ action: resendAction, csrf }, html`<button class="plain">${text.resend}</button>`)}
<p><a href="${otherAddressHref}">${text.otherAddress}</a></p>
</div>`,
      ],
    },
    brand,
  );
}

function codeForm({ action, csrf, triesLeft, problem }: CodeProps): Html {
  const isInvalid = problem === 'codeWrong';
  return form(
    { action, csrf },
    html`<label for="code">${text.code}</label>
<input class="code" id="code" name="code" type="text" maxlength="24" autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="${isInvalid ? 'problem hint' : 'hint'}" aria-invalid="${isInvalid ? 'true' : 'false'}" ${flag('required', true)} ${flag('autofocus', true)}>
<p class="hint" id="hint">${text.hint}${triesLeft === undefined ? '' : [' ', tries(triesLeft)]}</p>
<button>${text.button}</button>`,
  );
}

function tries(triesLeft: number): Html | string {
  return triesLeft === 1 ? text.oneTry : say(text.triesLeft, { tries: triesLeft });
}
