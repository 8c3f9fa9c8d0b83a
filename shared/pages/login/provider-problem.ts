import { type Html, html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { nameOf, say } from '../say.ts';
import { texts } from '../texts.ts';

const text = texts.provider;

/** Why a login at an identity provider did not log in here. */
export type ProviderProblem = keyof typeof texts.provider.problems;

/** What the page after such a login shows. */
export interface ProviderProblemProps {
  readonly problem: ProviderProblem;
  /** The name of the provider. */
  readonly provider: string;
  /** What the provider said: text of a stranger. */
  readonly words?: string | undefined;
  /** Back to the page where the login began. */
  readonly againHref: string;
}

/** Says why a login at an identity provider did not work, and what the person can do. */
export function providerProblemPage(
  { problem, provider, words = '', againHref }: ProviderProblemProps,
  brand: Brand = mintmarkBrand,
): Page {
  const { status, explanation } = text.problems[problem];
  return layOut(
    {
      title: text.title,
      status,
      hasProblem: true,
      forms: 'none',
      body: [
        html`<p>${say(explanation, { provider: nameOf(provider) })}</p>`,
        html`<p><a class="button" href="${againHref}">${text.again}</a></p>`,
        words !== '' && said(provider, words),
      ],
    },
    brand,
  );
}

function said(provider: string, words: string): Html {
  return html`<div class="after soft small"><p>${say(text.said, { provider: nameOf(provider) })}<br>${nameOf(words)}</p></div>`;
}
