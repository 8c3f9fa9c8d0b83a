import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { type Page, pageHeaders } from '#shared/pages/page.ts';
import type { Stylesheet } from '#shared/pages/stylesheet.ts';

/** A form that a browser posted. */
export interface Posted {
  readonly path: string;
  readonly fields: readonly (readonly [string, string])[];
}

/** An origin that shows pages, each with its headers, and takes forms. */
export interface PageServer {
  /** Such as `http://localhost:41423`. */
  readonly origin: string;
  /** The forms that were posted, oldest first. */
  readonly posted: readonly Posted[];
  /** Shows a page at a path from now on, and returns its address. */
  show(path: string, page: Page): string;
  close(): Promise<unknown>;
}

/** Starts such an origin on a free port of this machine. */
export async function servePages(stylesheets: readonly Stylesheet[]): Promise<PageServer> {
  const pages = new Map<string, Page>();
  const posted: Posted[] = [];
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').replace(/\?.*/, '');
    if (request.method === 'POST') {
      posted.push({ path, fields: [...new URLSearchParams(await readText(request))] });
      // A form leads to a page by 303, as everywhere in the product (M17).
      response.writeHead(303, { location: '/posted' }).end();
      return;
    }
    const sheet = stylesheets.find((each) => each.path === path);
    if (sheet !== undefined) response.writeHead(200, { 'content-type': 'text/css; charset=utf-8' }).end(sheet.text);
    else reply(response, pages.get(path));
  }

  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    posted,
    show(path, page) {
      pages.set(path, page);
      return origin + path;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, page: Page | undefined): void {
  if (page === undefined)
    response.writeHead(200, { 'content-type': 'text/plain' }).end('There is nothing to see here.');
  else response.writeHead(page.status, pageHeaders(page)).end(page.html);
}
