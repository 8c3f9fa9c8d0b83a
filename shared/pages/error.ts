import { type Html, html } from './html.ts';
import { type Brand, layOut, mintmarkBrand } from './layout.ts';
import type { Page } from './page.ts';
import { nameOf, say } from './say.ts';
import { texts } from './texts.ts';

/** The key of an error that a person sees. Title, explanation and status stand in `texts.errors`. */
export type ErrorKey = keyof typeof texts.errors;

/** What an error page shows. */
export interface ErrorProps {
  readonly error: ErrorKey;
  /** What a developer has to change, in a public sentence. It may name what the request held, but nothing secret. */
  readonly detail?: string | undefined;
  readonly requestId: string;
}

const text = texts.error;

/** Says what went wrong and what the person can do, with a part for the developer of the application. */
export function errorPage({ error, detail, requestId }: ErrorProps, brand: Brand = mintmarkBrand): Page {
  const { status, title, explanation } = texts.errors[error];
  return layOut(
    {
      title,
      status,
      forms: 'none',
      body: [
        html`<p>${explanation}</p>`,
        html`<div class="after soft small">${[developer(detail), request(requestId)]}</div>`,
      ],
    },
    brand,
  );
}

function developer(detail: string | undefined): Html | undefined {
  if (detail === undefined) return undefined;
  return html`<p><strong>${text.developer}</strong><br>${nameOf(detail)}</p>`;
}

function request(requestId: string): Html {
  return html`<p>${say(text.request, { requestId: html`<code>${requestId}</code>` })}</p>`;
}
