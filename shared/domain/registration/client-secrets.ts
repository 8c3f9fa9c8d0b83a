import { changedMeanwhile, DomainError, notFound } from '../errors.ts';
import type { Client, Rotation, StoredSecret } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import { proofOf, registrationOf } from './registration.ts';

/**
 * The functions of this file take a client and return the changed client. They have no effects, so a change can be made
 * again on the newest client after another request has won.
 */

/**
 * The largest number of live secrets: more than a rotation needs, and few enough that an owner can keep track of them.
 */
const LIVE_SECRETS_MAX = 5;

/** Returns the secrets that work now. */
export function liveSecrets(client: Client, nowSeconds: number): readonly StoredSecret[] {
  return client.secrets.filter((secret) => isLive(secret, nowSeconds));
}

/**
 * Adds a secret to the others.
 * @throws DomainError `conflict` if five secrets are live, or if the client cannot have secrets
 */
export function withSecret(client: Client, secret: StoredSecret, nowSeconds: number): Client {
  assertHasSecrets(client);
  const live = liveSecrets(client, nowSeconds);
  if (live.length >= LIVE_SECRETS_MAX) {
    throw new DomainError('conflict', `A client has at most ${LIVE_SECRETS_MAX} live secrets: delete a secret first.`);
  }
  return { ...client, secrets: [...live, secret], rotation: rotationUnderWay(client, nowSeconds) };
}

/**
 * Begins a rotation: the new secret works at once, and the old secrets work for `graceSeconds` more, but never after
 * their own expiry. With 0 seconds the old secrets end at once and no rotation is under way.
 * @throws DomainError `conflict` while another rotation is under way, and as `withSecret` does
 */
export function withRotation(client: Client, secret: StoredSecret, graceSeconds: number, nowSeconds: number): Client {
  assertHasSecrets(client);
  if (rotationUnderWay(client, nowSeconds) !== undefined) {
    throw new DomainError('conflict', 'A rotation is under way: finish or cancel it first.');
  }
  if (graceSeconds === 0) return { ...client, secrets: [secret], rotation: undefined };
  const endsAtSeconds = nowSeconds + graceSeconds;
  const old = liveSecrets(client, nowSeconds);
  const ending = old.map((oldSecret) => ({
    ...oldSecret,
    expiresAtSeconds: Math.min(oldSecret.expiresAtSeconds ?? endsAtSeconds, endsAtSeconds),
  }));
  const before = old.map(({ selector, expiresAtSeconds }) => ({ selector, expiresAtSeconds }));
  const rotating = withSecret({ ...client, secrets: ending }, secret, nowSeconds);
  return { ...rotating, rotation: { selector: secret.selector, endsAtSeconds, before } };
}

/**
 * Checks that two versions of a client have the same secrets. A rotation must not be made again on other secrets than
 * its caller has seen: it would end the new secrets of another caller.
 * @throws DomainError `conflict`
 */
export function assertSameSecrets(client: Client, { secrets }: Client): void {
  const known = new Set(client.secrets.map(({ selector }) => selector));
  const isSame = secrets.length === known.size && secrets.every(({ selector }) => known.has(selector));
  if (!isSame) throw changedMeanwhile();
}

/** Finishes a rotation: the old secrets end now. @throws DomainError `conflict` without a rotation */
export function withRotationFinished(client: Client, nowSeconds: number): Client {
  const { before } = rotationOf(client, nowSeconds);
  const isOld = ({ selector }: StoredSecret) => before.some((old) => old.selector === selector);
  return { ...client, secrets: client.secrets.filter((secret) => !isOld(secret)), rotation: undefined };
}

/**
 * Cancels a rotation: removes the new secret and gives the old secrets their own expiry again.
 * @throws DomainError `conflict` without a rotation, or if no secret would work afterwards
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
  throw new DomainError('conflict', 'All old secrets have ended: finish the rotation instead.');
}

/**
 * Removes one secret and revokes all access tokens of the client, because it is unknown which secret obtained a token.
 * The removal of a rotation's new secret cancels the rotation, because the old secrets would end and leave no secret.
 * @throws DomainError `not_found`; `conflict` for the last secret that works
 */
export function withoutSecret(client: Client, selector: string, nowSeconds: number): Client {
  const live = liveSecrets(client, nowSeconds);
  if (!live.some((secret) => secret.selector === selector)) throw notFound();
  if (live.length === 1) {
    throw new DomainError('conflict', 'This is the last secret: rotate it, or delete the client.');
  }
  return withSecretEnded(client, selector, nowSeconds);
}

/** Removes one secret as `withoutSecret` does, also if it is the last secret: nobody may use a leaked secret. */
export function withSecretEnded(client: Client, selector: string, nowSeconds: number): Client {
  const secrets = liveSecrets(client, nowSeconds).filter((secret) => secret.selector !== selector);
  if (secrets.length === 0) return withTokensRevoked({ ...client, secrets, rotation: undefined }, nowSeconds);
  const rotation = rotationUnderWay(client, nowSeconds);
  const isAdded = rotation?.selector === selector;
  const changed = isAdded ? withRotationCancelled(client, nowSeconds) : { ...client, secrets, rotation };
  return withTokensRevoked(changed, nowSeconds);
}

/** Revokes all access tokens of a client. Tokens that it obtains afterwards are valid, also in the same second. */
export function withTokensRevoked(client: Client, nowSeconds: number): Client {
  return { ...client, revokedBeforeSeconds: Math.max(nowSeconds, client.revokedBeforeSeconds ?? 0) + 1 };
}

/** Removes secrets that a client does not use any more after a change of its method, so that they never work again. */
export function withUsableSecrets(client: Client): Client {
  return proofOf(client) === 'secret' ? client : { ...client, secrets: [], rotation: undefined };
}

/**
 * Checks that a client can have secrets. A client with a long-lived JWT has no other credential: nobody would notice
 * that a secret of it is exchanged for tokens.
 */
function assertHasSecrets(client: Client): void {
  if (client.accessToken !== undefined) {
    throw new DomainError(
      'conflict',
      'This API token is a JWT and has no secrets: create a new API token, then delete this one.',
    );
  }
  if (proofOf(client) === 'secret') return;
  const { tokenEndpointAuthMethod: method } = registrationOf(client);
  throw new DomainError(
    'conflict',
    `This client authenticates by ${method} and has no secrets: change the method first.`,
  );
}

function rotationUnderWay({ rotation }: Client, nowSeconds: number): Rotation | undefined {
  return rotation !== undefined && rotation.endsAtSeconds > nowSeconds ? rotation : undefined;
}

function rotationOf(client: Client, nowSeconds: number): Rotation {
  const rotation = rotationUnderWay(client, nowSeconds);
  if (rotation !== undefined) return rotation;
  throw new DomainError('conflict', 'No rotation is under way.');
}
