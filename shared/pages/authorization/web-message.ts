import { html } from '../html.ts';
import { type Brand, layOut, mintmarkBrand } from '../layout.ts';
import type { Page } from '../page.ts';
import { texts } from '../texts.ts';
import { assertWebOrigin } from '../urls.ts';

/** What the page that answers `prompt=none` in a frame holds. */
export interface WebMessageProps {
  /** The origin of the redirect URI. No other page can read the message, or show this page in a frame. */
  readonly targetOrigin: string;
  /** The message, such as `{ type: 'authorization_response', response: { code, state, iss } }`. */
  readonly message: Readonly<Record<string, unknown>>;
}

/** The data lies in attributes, so that the code is always the same and its hash allows nothing else. */
const POST =
  'const{origin,message}=document.getElementById("answer").dataset;if(parent!==self)parent.postMessage(JSON.parse(message),origin)';

/**
 * Hands an answer to the page around this frame (draft-sakimura-oauth-wmrm), if that page is the application's.
 * @throws TypeError for a target that is no exact origin
 */
export function webMessagePage({ targetOrigin, message }: WebMessageProps, brand: Brand = mintmarkBrand): Page {
  assertWebOrigin(targetOrigin);
  const data = JSON.stringify(message);
  return layOut(
    {
      title: texts.leave.title,
      forms: 'none',
      script: POST,
      framedBy: targetOrigin,
      body: html`<p id="answer" data-origin="${targetOrigin}" data-message="${data}">${texts.leave.message}</p>`,
    },
    brand,
  );
}
