import { createHash } from 'node:crypto';
import { commonPageHeaders, type Page, pageHeaders } from '#shared/pages/page.ts';
import type { GatewayReply, OperationReply } from './replies.ts';

/** A file in the place of JSON: a page for a person, a redirect to another page, or a style sheet. */
export type FileBody =
  | { readonly page: Page; readonly cookies?: readonly Cookie[] }
  | { readonly redirectTo: string; readonly cookies?: readonly Cookie[] }
  | { readonly text: string };

/** A cookie for our own host, which no script and no other site can read. */
export interface Cookie {
  readonly name: string;
  /** Empty for a cookie to forget. */
  readonly value: string;
  /** How long the browser keeps it; without it, until the browser closes. */
  readonly maxAgeSeconds?: number | undefined;
}

/**
 * Returns the name of a cookie of this deployment. Deployments on one machine differ by their ports, which share
 * cookies, so the name has a part of its own for each issuer.
 */
export function cookieName(purpose: 'session' | 'browser', issuer: string): string {
  const part = createHash('sha256').update(issuer).digest('hex').slice(0, 8);
  return `__Host-mintmark-${purpose}-${part}`;
}

/** Shows a page. */
export function showPage(
  page: Page,
  { cookies = [], target = {} }: { cookies?: readonly Cookie[]; target?: Readonly<Record<string, string>> } = {},
): OperationReply<200, FileBody> {
  return { status: 200, body: { page, cookies }, target };
}

/** Sends the browser to another page by GET (RFC 9110 §15.4.4). */
export function redirect(
  redirectTo: string,
  { cookies = [], target = {} }: { cookies?: readonly Cookie[]; target?: Readonly<Record<string, string>> } = {},
): OperationReply<200, FileBody> {
  return { status: 200, body: { redirectTo, cookies }, target };
}

/** Renders a file for API Gateway. */
export function renderFile(body: FileBody, type: string, cacheControl: Record<string, string>): GatewayReply {
  if ('text' in body) {
    return { statusCode: 200, headers: { 'content-type': `${type}; charset=utf-8`, ...cacheControl }, body: body.text };
  }
  const cookies = (body.cookies ?? []).map(renderCookie);
  if ('redirectTo' in body) {
    const { 'content-type': _none, ...headers } = commonPageHeaders;
    return { statusCode: 303, headers: { ...withoutShared(headers), location: body.redirectTo }, body: '', cookies };
  }
  return { ...renderPage(body.page), cookies };
}

/** Renders a page with its own status and security headers. */
export function renderPage(page: Page): GatewayReply {
  return { statusCode: page.status, headers: withoutShared(pageHeaders(page)), body: page.html };
}

/** Leaves out the headers that the way back adds to every answer: in another case, it would add them a second time. */
function withoutShared(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'referrer-policy': _referrer, 'x-content-type-options': _sniffing, ...others } = headers;
  return others;
}

function renderCookie({ name, value, maxAgeSeconds }: Cookie): string {
  const age = value === '' ? 0 : maxAgeSeconds;
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age === undefined ? '' : `; Max-Age=${age}`}`;
}
