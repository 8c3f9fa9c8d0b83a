import type { LiveSession } from '../access/live-session.ts';
import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import type { Session } from '../people-records/session.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import { registrationOf } from '../registration/registration.ts';
import type { IdTokenVerifier } from '../tokens/ports.ts';

/** The parameters with which an application asks for a logout (OpenID Connect RP-Initiated Logout 1.0 §2). */
export interface LogoutRequest {
  readonly idTokenHint?: string | undefined;
  readonly clientId?: string | undefined;
  readonly redirectUri?: string | undefined;
}

/** The login that an application had, by its ID token. */
export interface HintedLogin {
  readonly userId: string;
  /** Undefined in an ID token of a refresh, which outlives the session. */
  readonly sessionId: string | undefined;
}

/** A logout request without a fault. */
export interface SoundLogout {
  /** Undefined without a hint that is valid: nobody vouches for the request, so the person is asked. */
  readonly hint: HintedLogin | undefined;
  /** The application that asks; undefined if it is unknown or not active. */
  readonly clientId: string | undefined;
  /** A registered URI of the application, to which the person goes afterwards; undefined if it asked for none. */
  readonly redirectUri: string | undefined;
}

interface Ports {
  readonly idTokenVerifier: IdTokenVerifier;
  readonly clock: Clock;
}

/**
 * Reads a logout request. The application is the one of the hint or of `client_id`; a hint for another application counts
 * for nothing. The URI is compared character by character, ports included. Resolves with undefined for a URI that this
 * application has not registered: nobody is sent there, and nothing ends.
 */
export async function readLogout(
  { idTokenHint, clientId, redirectUri }: LogoutRequest,
  look: Look,
  { idTokenVerifier, clock }: Ports,
): Promise<SoundLogout | undefined> {
  const nowSeconds = clock.nowSeconds();
  const claims = idTokenHint === undefined ? undefined : await idTokenVerifier.verifyIdToken(idTokenHint, nowSeconds);
  const application = await liveApplication(clientId ?? claims?.aud, look, nowSeconds);
  if (redirectUri !== undefined && !isRegistered(redirectUri, application)) return undefined;
  const isOfApplication = claims !== undefined && claims.aud === application?.id;
  const hint = isOfApplication ? { userId: claims.sub, sessionId: claims.sid } : undefined;
  return { hint, clientId: application?.id, redirectUri };
}

function isRegistered(redirectUri: string, application: Client | undefined): boolean {
  return application !== undefined && registrationOf(application).postLogoutRedirectUris.includes(redirectUri);
}

async function liveApplication(id: string | undefined, look: Look, nowSeconds: number): Promise<Client | undefined> {
  const client = id === undefined || !isMadeId('cli', id) ? undefined : await look.client(id);
  return client?.subject.type === 'application' && isLive(client, nowSeconds) ? client : undefined;
}

/**
 * Names the session that a hint ends without a question: the one that its ID token came from, also where the browser does
 * not show it, as after a form of another site. An ID token without a session vouches for this browser's session of the
 * same person. Undefined while another session is open in this browser.
 */
export function hintedSession(
  hint: HintedLogin | undefined,
  live: LiveSession | undefined,
): Pick<Session, 'id' | 'userId'> | undefined {
  if (hint === undefined) return undefined;
  const { userId, sessionId } = hint;
  if (live === undefined) return sessionId === undefined ? undefined : { id: sessionId, userId };
  const isOwn = live.user.id === userId && (sessionId === undefined || live.session.id === sessionId);
  return isOwn ? live.session : undefined;
}
