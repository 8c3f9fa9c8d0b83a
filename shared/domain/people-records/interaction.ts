import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

/**
 * One visit of a person to our pages: what was asked, by which browser, and how far it has come. It is answered by one
 * conditional write, so it is never answered twice.
 */
export interface Interaction extends ShortLived {
  readonly id: string;
  /** SHA-256 of the cookie of the browser that began. No other browser can continue. */
  readonly browserDigest: string;
  /** The request of an application; undefined if the person came to log in at our own pages. */
  readonly request?: AuthorizationRequest | undefined;
  /** The page of our own to which the person returns after a login without a request. */
  readonly returnPath?: string | undefined;
  /** How old the login may be, for a page of our own; undefined if it does not matter. */
  readonly maxAgeSeconds?: number | undefined;
  /** The invitation that the person wants to answer. Its address may log in although it has no user yet. */
  readonly invitationId?: string | undefined;
  /** What the person decided so far. */
  readonly decisions: InteractionDecisions;
  readonly isAnswered: boolean;
  readonly createdAtSeconds: number;
}

/** The decisions of a person in one interaction. Another session must decide again. */
export interface InteractionDecisions {
  /** The session in which the person decided. */
  readonly sessionId?: string | undefined;
  /** When the person logged in for this interaction; undefined until then. */
  readonly loggedInAtSeconds?: number | undefined;
  readonly tenantId?: string | undefined;
  /** Whether the person allowed or denied the request; undefined until then. */
  readonly consent?: 'allowed' | 'denied' | undefined;
}

/** Names an interaction among the short-lived records. */
export function interactionKey(id: string): RecordKey<'interaction', Interaction> {
  return { kind: 'interaction', id };
}
