import { destinationOf, hostOf } from '../destination.ts';
import { html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { say } from '../say.ts';
import { texts } from '../texts.ts';

/** What the page that posts an answer to an application holds. */
export interface FormPostProps {
  /** The registered redirect URI, with `http:` or `https:`. */
  readonly action: string;
  /** The parameters of the answer. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The method of the prototype, because a field may have the name `submit`. */
const SUBMIT = 'HTMLFormElement.prototype.submit.call(document.forms[0])';

const text = texts.leave;

/**
 * Posts an answer to an application (OAuth 2.0 Form Post Response Mode §2): at once, or by the button where scripts do not
 * run.
 * @throws TypeError for a redirect URI that no form can be posted to
 */
export function formPostPage({ action, fields }: FormPostProps, brand: Brand = mintmarkBrand): Page {
  const host = hostOf(destinationOf(action));
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  );
  return layOut(
    {
      title: text.title,
      forms: 'anywhere',
      script: SUBMIT,
      body: [
        html`<p>${say(text.explanation, { host })}</p>`,
        html`<form method="post" action="${action}" accept-charset="utf-8">
${inputs}<button>${say(text.button, { host })}</button>
</form>`,
      ],
    },
    brand,
  );
}
