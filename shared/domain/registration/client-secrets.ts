import { changedMeanwhile, DomainError, notFound } from '../errors.ts';
import type { Client, Rotation, StoredSecret } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import { proofOf, registrationOf } from './registration.ts';

/**
 * How the secrets of a client change. All of these are plain functions from the client before to the client after, so
 * that a change that lost a race can be made again on what the winner left.
 */

/** More live secrets than any rotation needs would be secrets that nobody looks after. */
const LIVE_SECRETS_MAX = 5;

/** The secrets that work now. */
export function liveSecrets(client: Client, nowSeconds: number): readonly StoredSecret[] {
  return client.secrets.filter((secret) => isLive(secret, nowSeconds));
}

/** Adds a secret beside the others. @throws DomainError `conflict` where five are live, or where something else takes their place */
export function withSecret(client: Client, secret: StoredSecret, nowSeconds: number): Client {
  assertHasSecrets(client);
  const live = liveSecrets(client, nowSeconds);
  if (live.length >= LIVE_SECRETS_MAX) {
    throw new DomainError('conflict', `A client has at most ${LIVE_SECRETS_MAX} live secrets: delete one first.`);
  }
  return { ...client, secrets: [...live, secret], rotation: rotationUnderWay(client, nowSeconds) };
}

/**
 * Begins a rotation: the new secret works at once, the old ones for `graceSeconds` more and never beyond their own
 * expiry. Without grace the rotation is over as it begins.
 * @throws DomainError `conflict` while another rotation is under way, where five secrets are live, or where something
 * else takes their place
 */
export function withRotation(client: Client, secret: StoredSecret, graceSeconds: number, nowSeconds: number): Client {
  assertHasSecrets(client);
  if (rotationUnderWay(client, nowSeconds) !== undefined) {
    throw new DomainError('conflict', 'A rotation is under way: finish or cancel it first.');
  }
  if (graceSeconds === 0) return { ...client, secrets: [secret], rotation: undefined };
  const endsAtSeconds = nowSeconds + graceSeconds;
  const old = liveSecrets(client, nowSeconds);
  const ending = old.map((one) => ({
    ...one,
    expiresAtSeconds: Math.min(one.expiresAtSeconds ?? endsAtSeconds, endsAtSeconds),
  }));
  const before = old.map(({ selector, expiresAtSeconds }) => ({ selector, expiresAtSeconds }));
  const rotating = withSecret({ ...client, secrets: ending }, secret, nowSeconds);
  return { ...rotating, rotation: { selector: secret.selector, endsAtSeconds, before } };
}

/**
 * A rotation is not made again on secrets that its caller has not seen: it would end those of whoever won the race.
 * @throws DomainError `conflict`
 */
export function assertSameSecrets(client: Client, { secrets }: Client): void {
  const known = new Set(client.secrets.map(({ selector }) => selector));
  const isSame = secrets.length === known.size && secrets.every(({ selector }) => known.has(selector));
  if (!isSame) throw changedMeanwhile();
}

/** Ends the overlap now: only the new secret goes on working. @throws DomainError `conflict` without a rotation */
export function withRotationFinished(client: Client, nowSeconds: number): Client {
  const { before } = rotationOf(client, nowSeconds);
  const isOld = ({ selector }: StoredSecret) => before.some((old) => old.selector === selector);
  return { ...client, secrets: client.secrets.filter((secret) => !isOld(secret)), rotation: undefined };
}

/**
 * Takes a rotation back: the new secret is gone, the old ones are as they were.
 * @throws DomainError `conflict` without a rotation, or where nothing would be left that works
 */
export function withRotationCancelled(client: Client, nowSeconds: number): Client {
  const { selector: added, before } = rotationOf(client, nowSeconds);
  const restored = client.secrets
    .filter(({ selector }) => selector !== added)
    .map((secret) => {
      const old = before.find(({ selector }) => selector === secret.selector);
      return old === undefined ? secret : { ...secret, expiresAtSeconds: old.expiresAtSeconds };
    });
  const cancelled = { ...client, secrets: restored, rotation: undefined };
  if (liveSecrets(cancelled, nowSeconds).length > 0) return cancelled;
  throw new DomainError('conflict', 'No old secret works any more: finish the rotation instead.');
}

/**
 * Removes one secret, and with it every access token the client holds: nobody can say which secret obtained which.
 * Without its new secret a rotation is taken back, or the old ones would end and leave nothing.
 * @throws DomainError `not_found`, or `conflict` for the last one that works
 */
export function withoutSecret(client: Client, selector: string, nowSeconds: number): Client {
  const live = liveSecrets(client, nowSeconds);
  if (!live.some((secret) => secret.selector === selector)) throw notFound();
  if (live.length === 1) {
    throw new DomainError('conflict', 'This is the last secret: rotate it, or delete the client.');
  }
  return withSecretEnded(client, selector, nowSeconds);
}

/** The same, be it the last one that works, for secrets that nobody may go on using. */
export function withSecretEnded(client: Client, selector: string, nowSeconds: number): Client {
  const secrets = liveSecrets(client, nowSeconds).filter((secret) => secret.selector !== selector);
  if (secrets.length === 0) return withTokensRevoked({ ...client, secrets, rotation: undefined }, nowSeconds);
  const rotation = rotationUnderWay(client, nowSeconds);
  const isAdded = rotation?.selector === selector;
  const changed = isAdded ? withRotationCancelled(client, nowSeconds) : { ...client, secrets, rotation };
  return withTokensRevoked(changed, nowSeconds);
}

/** Every access token that the client holds is worth nothing; one that it obtains in the same second is younger. */
export function withTokensRevoked(client: Client, nowSeconds: number): Client {
  return { ...client, revokedBeforeSeconds: Math.max(nowSeconds, client.revokedBeforeSeconds ?? 0) + 1 };
}

/** The client less secrets that it is not recognised by any more, so that none of them comes back to life with a later change. */
export function withUsableSecrets(client: Client): Client {
  return proofOf(client) === 'secret' ? client : { ...client, secrets: [], rotation: undefined };
}

/** A long-lived JWT is its client's only credential: a secret beside it could be exchanged for what nobody looks for. */
function assertHasSecrets(client: Client): void {
  if (client.accessToken !== undefined) {
    throw new DomainError(
      'conflict',
      'This API token is a JWT and has no secrets: create another one, then delete it.',
    );
  }
  if (proofOf(client) === 'secret') return;
  const { tokenEndpointAuthMethod: method } = registrationOf(client);
  throw new DomainError('conflict', `This client authenticates by ${method} and has no secrets: change that first.`);
}

function rotationUnderWay({ rotation }: Client, nowSeconds: number): Rotation | undefined {
  return rotation !== undefined && rotation.endsAtSeconds > nowSeconds ? rotation : undefined;
}

function rotationOf(client: Client, nowSeconds: number): Rotation {
  const rotation = rotationUnderWay(client, nowSeconds);
  if (rotation !== undefined) return rotation;
  throw new DomainError('conflict', 'No rotation is under way.');
}
