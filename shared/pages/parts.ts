import { type Content, type Html, html } from './html.ts';
import { texts } from './texts.ts';
import { isOwnPath } from './urls.ts';

/** What each form that changes something is given. */
export interface FormProps {
  /** The path, on the own origin, that the form is posted to. */
  readonly action: string;
  /** The token that binds the form to this browser. It is posted as `csrf`. */
  readonly csrf: string;
}

/** The key of a text that says what went wrong. */
export type ProblemKey = keyof typeof texts.problems;

/**
 * A form that is posted to the own origin.
 * @throws TypeError for an action on another origin
 */
export function form({ action, csrf }: FormProps, body: Content): Html {
  if (!isOwnPath(action)) throw new TypeError('A form is posted to a path of its own origin.');
  return html`<form method="post" action="${action}">
<input type="hidden" name="csrf" value="${csrf}">
${body}
</form>`;
}

/** What went wrong, read out at once by screen readers. Its id describes the field that it is about. */
export function problemNote(problem: ProblemKey | undefined): Html | undefined {
  if (problem === undefined) return undefined;
  return html`<p class="problem" id="problem" role="alert">${texts.problems[problem]}</p>`;
}

/** A list of things, or a sentence where there is none. */
export function listOf(items: readonly Content[], nothing: string): Html {
  if (items.length === 0) return html`<p class="soft">${nothing}</p>`;
  return html`<ul class="list">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
