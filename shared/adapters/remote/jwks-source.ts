import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type ExportedJWKSCache,
  errors,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import QuickLRU from 'quick-lru';
import * as z from 'zod';
import { DomainError } from '#shared/domain/errors.ts';
import type { Trust } from '#shared/domain/records/registration.ts';
import { isWeakRsaJwk } from '../node/public-keys.ts';
import { type FetchJson, httpsJson } from './fetch-json.ts';
import { fetchPace } from './fetch-pace.ts';
import { pauseAfterFailure } from './pause-after-failure.ts';

const FETCH_MILLISECONDS_MAX = 2_000;

/** Fetched keys are used for this long without asking the issuer again. */
const KEYS_MILLISECONDS_MAX = 300_000;

/** While an issuer does not answer, its last keys are used until they are this old. */
const STALE_KEYS_MILLISECONDS_MAX = 3_600_000;

/** After an answer without the wanted key, the issuer is not asked again for this long. */
const COOLDOWN_MILLISECONDS = 30_000;

const SOURCES_MAX = 200;

const KEYS_MAX = 100;

const jwkSchema = z.looseObject({ kty: z.string() }).transform(withOneName);

/** Members of a set that are no keys are passed over (RFC 7517 §5). */
const keySetSchema = z.object({
  keys: z
    .array(z.unknown())
    .max(KEYS_MAX)
    .transform((keys) => keys.map((key) => jwkSchema.safeParse(key).data).filter((jwk) => jwk !== undefined)),
});

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** Finds the public keys of clients and trusted issuers. */
export interface JwksSource {
  /**
   * Returns a function for jose that finds the key for a JWS header. The function rejects with
   * `temporarily_unavailable` if the keys cannot be fetched, and with an error of jose if no key or more than one key
   * matches.
   */
  keysOf(location: KeyLocation): JWTVerifyGetKey;
}

/** Where the keys of a client or a trusted issuer are. */
interface KeyLocation extends Pick<Trust, 'issuer' | 'jwksUri' | 'jwks'> {
  /** The tenant or the application that registered this location. Fetches are counted for it. */
  readonly owner: string;
}

type KeySource = Pick<KeyLocation, 'issuer' | 'jwksUri'>;

/**
 * Finds keys in the registration itself (`jwks`) or at the URL where the issuer publishes them. A process remembers the
 * published keys of 200 issuers for five minutes, for all owners that trust the same issuer at the same URL.
 */
export function rememberedJwks(fetchJson: FetchJson = httpsJson()): JwksSource {
  const published = new QuickLRU<string, JWTVerifyGetKey>({ maxSize: SOURCES_MAX });
  const pace = fetchPace();
  const open = (source: KeySource) => {
    const name = JSON.stringify([source.issuer, source.jwksUri]);
    const found = published.get(name);
    if (found !== undefined) return found;
    // A source is remembered only once it was asked: naming many sources pushes no known keys out of memory.
    const keys = publishedKeys(source, fetchJson, () => {
      pace.countFetch(Date.now());
      published.set(name, keys);
    });
    return keys;
  };
  return {
    keysOf: ({ issuer, jwksUri, jwks, owner }) => {
      if (jwks !== undefined) return createLocalJWKSet({ keys: jwks.map((jwk) => withOneName({ kty: '', ...jwk })) });
      const keys = open({ issuer, jwksUri });
      return (header, token) => pace.actFor(owner, () => keys(header, token));
    },
  };
}

/**
 * Removes `alg` from Ed25519 keys, because their one algorithm has two names: `EdDSA` and `Ed25519` (RFC 9864 §2.2).
 */
function withOneName<Jwk extends { readonly kty: string; readonly alg?: unknown }>(jwk: Jwk): Omit<Jwk, 'alg'> {
  const { alg: _alg, ...nameless } = jwk;
  return jwk.kty === 'OKP' ? nameless : jwk;
}

/**
 * Finds keys that the issuer publishes. jose decides when to fetch them; this adds a pause after a failure, and the use
 * of older keys during it.
 */
function publishedKeys(location: KeySource, fetchJson: FetchJson, beforeFetch: () => void): JWTVerifyGetKey {
  const cache: JWKSCacheInput = {};
  const isYoungerThan = (milliseconds: number) =>
    Date.now() < ((cache as Partial<ExportedJWKSCache>).uat ?? 0) + milliseconds;
  const fetchNow = pauseAfterFailure((signal: AbortSignal) => fetchKeys(location, fetchJson, signal), beforeFetch);
  const keys = createRemoteJWKSet(new URL(location.jwksUri ?? location.issuer), {
    timeoutDuration: FETCH_MILLISECONDS_MAX,
    cacheMaxAge: KEYS_MILLISECONDS_MAX,
    cooldownDuration: COOLDOWN_MILLISECONDS,
    [jwksCache]: cache,
    [customFetch]: async (_url: string, { signal }: { readonly signal: AbortSignal }) =>
      Response.json(await fetchNow(signal)),
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const kept = keys.jwks();
      const isUsable = error instanceof DomainError && isYoungerThan(STALE_KEYS_MILLISECONDS_MAX);
      if (!isUsable || kept === undefined) throw error;
      return createLocalJWKSet(kept)(header, token).catch((missing: unknown) => {
        throw missing instanceof errors.JWKSNoMatchingKey ? error : missing;
      });
    }
  };
}

/** Fetches a key set. RSA keys that are weak are passed over, as keys that are not understood are (RFC 7517 §5). */
async function fetchKeys({ issuer, jwksUri }: KeySource, fetchJson: FetchJson, signal: AbortSignal) {
  const url = jwksUri ?? (await discover(issuer, fetchJson, signal));
  const { keys } = keySetSchema.parse(await fetchJson(url, signal));
  return { keys: keys.filter((jwk) => !isWeakRsaJwk(jwk)) };
}

/**
 * Finds an issuer's key set (OpenID Connect Discovery 1.0 §4). The metadata must name the same issuer (§4.3), and the
 * key set must be on the issuer's host.
 */
async function discover(issuer: string, fetchJson: FetchJson, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const metadata = metadataSchema.parse(await fetchJson(url, signal));
  if (metadata.issuer !== issuer) throw new Error('The metadata names another issuer.');
  if (new URL(metadata.jwks_uri).host !== new URL(issuer).host)
    throw new Error('The key set is on another host than the issuer.');
  return metadata.jwks_uri;
}
