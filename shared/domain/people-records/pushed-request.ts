import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

/** An authorization request that its application pushed to us, so that no browser can change it (RFC 9126). */
export interface PushedRequest extends ShortLived {
  readonly request: AuthorizationRequest;
  /** Whether a browser has brought its `request_uri`. It works once. */
  readonly isUsed: boolean;
}

/** How long the `request_uri` of a pushed request works (RFC 9126 §2.2). */
export const PUSHED_REQUEST_LIFETIME_SECONDS = 90;

/** Names a pushed request among the short-lived records, by the digest of its `request_uri`. */
export function pushedRequestKey(digest: string): RecordKey<'pushedRequest', PushedRequest> {
  return { kind: 'pushedRequest', id: digest };
}
