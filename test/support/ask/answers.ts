import { expect } from 'vitest';
import type { Reply } from '../world/world.ts';

/** Status and body of an error of the OAuth endpoints (RFC 6749 §5.2). */
export function oauthError(status: number, error: string) {
  return { status, body: { error, error_description: expect.stringMatching(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/) } };
}

/** Status and body of an error of the management API (RFC 9457). `field` is the member that it blames. */
export function problem(status: number, code: string, field?: string) {
  const title = code.replaceAll('_', ' ');
  const body = { type: 'about:blank', title, status, code, detail: expect.any(String), ...(field && { field }) };
  return { status, body };
}

/** Status and body of a reply, for comparing with the two above. */
export function seen({ status, body }: Reply) {
  return { status, body };
}

/** A body without the times of last use, which answers to changes leave out. */
export function withoutUses<Body>(body: Body): Body {
  return JSON.parse(JSON.stringify(body, (name, value) => (name === 'lastUsedAt' ? undefined : value)));
}
