import { createHash } from 'node:crypto';

/** A page that is ready to be sent. `pageHeaders` gives the headers that belong to it. */
export interface Page {
  readonly html: string;
  /** The whole Content-Security-Policy of this page. */
  readonly csp: string;
  readonly status: number;
  /** The address that the browser goes to at once, by the header `Refresh`. */
  readonly refreshTo?: string;
  /** The only origin that may show this page in a frame. Without it, no page may. */
  readonly framedBy?: string;
}

/** What a page does, so far as its policy has to allow it. */
export interface PolicyNeeds {
  /**
   * Where forms of the page go. `anywhere` writes no `form-action` at all: Chromium applies the directive to every redirect
   * after the form, so that it would stop the application's own redirects.
   */
  readonly forms: 'none' | 'own' | 'anywhere';
  /** The source of the page's one script. */
  readonly script?: string;
  readonly framedBy?: string;
}

/** Headers of every page (M16). `X-Frame-Options` is for browsers that do not know `frame-ancestors`. */
export const commonPageHeaders = {
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
} as const;

/** All headers of a page, by names in lower case. */
export function pageHeaders({ csp, refreshTo, framedBy }: Page): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { ...commonPageHeaders, 'content-security-policy': csp };
  if (refreshTo !== undefined) headers.refresh = `0;url=${refreshTo}`;
  if (framedBy !== undefined) {
    // This header cannot name an origin; frame-ancestors does. A page that isolates itself loads frames only with the other.
    delete headers['x-frame-options'];
    headers['cross-origin-resource-policy'] = 'cross-origin';
  }
  return headers;
}

/** Writes the Content-Security-Policy of a page: nothing is allowed but what the page needs. */
export function policyFor({ forms, script, framedBy = "'none'" }: PolicyNeeds): string {
  return [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`]),
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    ...(forms === 'anywhere' ? [] : [`form-action '${forms === 'own' ? 'self' : 'none'}'`]),
    `frame-ancestors ${framedBy}`,
  ].join('; ');
}
