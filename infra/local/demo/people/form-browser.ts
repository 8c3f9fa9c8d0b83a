/** What a browser shows after it followed the redirects to our own pages. */
export interface Shown {
  readonly status: number;
  readonly html: string;
  /** Where the browser is now: a path of our own. */
  readonly path: string;
  /** Where it would leave to: an address that is not ours, by a redirect or by a page's `Refresh`. */
  readonly leavesTo: string | undefined;
  readonly headers: Headers;
}

/** A browser without scripts and without a screen: it keeps cookies, follows redirects and posts the forms of a page. */
export class FormBrowser {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** The cookies by name, as the browser sends them. */
  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  /** Sets a cookie, as an attacker does from another host of the domain. */
  plant(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  /** Opens an address. */
  open(path: string): Promise<Shown> {
    return this.#follow(path, { method: 'GET' });
  }

  /** Posts the form of a page that has this button or field, with what the person typed and the button pressed. */
  submit(page: Shown, typed: Readonly<Record<string, string | readonly string[]>>, formIndex = 0): Promise<Shown> {
    const form = formsOf(page.html)[formIndex];
    if (form === undefined) throw new Error(`There is no form on this page: ${page.html}`);
    return this.#send(form, typed);
  }

  /** Presses the button of the first form whose path begins so. */
  press(page: Shown, pathPrefix: string): Promise<Shown> {
    const form = formsOf(page.html).find(({ action }) => action.startsWith(pathPrefix));
    if (form === undefined) throw new Error(`No form of this page is posted to ${pathPrefix}: ${page.html}`);
    return this.#send(form, {});
  }

  #send(form: Form, typed: Readonly<Record<string, string | readonly string[]>>): Promise<Shown> {
    const fields = new URLSearchParams(form.hidden);
    for (const [name, values] of Object.entries(typed)) for (const value of [values].flat()) fields.append(name, value);
    return this.post(form.action, fields);
  }

  /** Posts fields to an address. */
  post(path: string, fields: URLSearchParams | string): Promise<Shown> {
    // Browsers send this for forms of pages with the policy `no-referrer` (Fetch, append a request Origin header).
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' };
    return this.#follow(path, { method: 'POST', headers, body: fields.toString() });
  }

  async #follow(path: string, init: RequestInit): Promise<Shown> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie !== '' && { cookie }) };
    const response = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' });
    for (const header of response.headers.getSetCookie()) this.#keep(header);
    const location = response.headers.get('location') ?? undefined;
    if (location?.startsWith('/')) {
      await response.arrayBuffer();
      return this.#follow(location, { method: 'GET' });
    }
    const refresh = response.headers.get('refresh')?.replace(/^0;url=/, '');
    const html = await response.text();
    return { status: response.status, html, path, leavesTo: location ?? refresh, headers: response.headers };
  }

  #keep(header: string): void {
    const [pair = '', ...attributes] = header.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    const isEnded = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
    if (isEnded) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(name.length + 1));
  }
}

/** A form of a page: where it is posted, and its hidden fields. */
export interface Form {
  readonly action: string;
  readonly hidden: Record<string, string>;
}

/** The forms of a page, in order. */
export function formsOf(html: string): readonly Form[] {
  return [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', body = '']) => ({
      action: unescaped(action),
      hidden: Object.fromEntries(
        [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
          name,
          unescaped(value),
        ]),
      ),
    }),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
