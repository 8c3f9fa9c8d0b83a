import { type Content, type Html, html } from './html.ts';
import { withoutDirections } from './say.ts';
import { isWebUrl } from './urls.ts';

/** The place that a redirect URI leads to. */
export interface Destination {
  readonly kind: 'web' | 'computer' | 'app';
  /** Host with port, as the network sees it (international names as `xn--…`), or the scheme of an app. */
  readonly host: string;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/** Reads from a registered redirect URI what a person should know: the host, a program on this computer, or an app. */
export function destinationOf(redirectUri: string): Destination {
  if (!isWebUrl(redirectUri)) return { kind: 'app', host: redirectUri.split(':', 1)[0] ?? '' };
  const { host } = new URL(redirectUri);
  return { kind: LOOPBACK.test(host) ? 'computer' : 'web', host };
}

/** The host in bold: it is the one thing about an application that nobody can make up. */
export function hostOf({ host }: Destination): Html {
  return strong(withoutDirections(host));
}

function strong(content: Content): Html {
  return html`<strong><bdi>${content}</bdi></strong>`;
}
