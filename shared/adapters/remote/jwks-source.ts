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
import { DomainError, unavailable } from '#shared/domain/errors.ts';
import type { Trust } from '#shared/domain/records/registration.ts';
import { type FetchJson, httpsJson } from './fetch-json.ts';

const FETCH_MILLISECONDS_MAX = 2_000;

const KEYS_MILLISECONDS_MAX = 300_000;

/** For as long as an issuer does not answer, the keys that it had are better than none. */
const STALE_KEYS_MILLISECONDS_MAX = 3_600_000;

/** How long an issuer is left in peace, after an answer that lacked a key as after none. */
const COOLDOWN_MILLISECONDS = 30_000;

const ISSUERS_MAX = 200;

const KEYS_MAX = 100;

const jwkSchema = z.looseObject({ kty: z.string() }).transform(withOneName);

const keySetSchema = z.object({ keys: z.array(jwkSchema).max(KEYS_MAX) });

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** Where the keys of trusted issuers come from. */
export interface JwksSource {
  /**
   * Finds the one key that a header means. That rejects with `temporarily_unavailable` where the keys cannot be had, and
   * with an error of jose where there is no such key.
   */
  keysOf(trust: KeyLocation): JWTVerifyGetKey;
}

type KeyLocation = Pick<Trust, 'issuer' | 'jwksUri' | 'jwks'>;

/** Keys that stand in the trust itself, and keys that their issuers publish. A process remembers the latter. */
export function rememberedJwks(fetchJson: FetchJson = httpsJson()): JwksSource {
  const published = new QuickLRU<string, JWTVerifyGetKey>({ maxSize: ISSUERS_MAX });
  return {
    keysOf: ({ issuer, jwksUri, jwks }) => {
      if (jwks !== undefined) return createLocalJWKSet({ keys: jwks.map((jwk) => withOneName({ kty: '', ...jwk })) });
      const name = JSON.stringify([issuer, jwksUri]);
      const keys = published.get(name) ?? publishedKeys({ issuer, jwksUri }, fetchJson);
      published.set(name, keys);
      return keys;
    },
  };
}

/** For a key on an Edwards curve there is one algorithm, which goes by two names (RFC 9864 §2.2): its own says no more. */
function withOneName<Jwk extends { readonly kty: string; readonly alg?: unknown }>(jwk: Jwk): Omit<Jwk, 'alg'> {
  const { alg: _alg, ...nameless } = jwk;
  return jwk.kty === 'OKP' ? nameless : jwk;
}

/** jose decides when to fetch; what it does not know is to stop asking whoever does not answer, and to go on without. */
function publishedKeys(location: KeyLocation, fetchJson: FetchJson): JWTVerifyGetKey {
  const cache: JWKSCacheInput = {};
  const isYoungerThan = (milliseconds: number) =>
    Date.now() < ((cache as Partial<ExportedJWKSCache>).uat ?? 0) + milliseconds;
  const keys = createRemoteJWKSet(new URL(location.jwksUri ?? location.issuer), {
    timeoutDuration: FETCH_MILLISECONDS_MAX,
    cacheMaxAge: KEYS_MILLISECONDS_MAX,
    cooldownDuration: COOLDOWN_MILLISECONDS,
    [jwksCache]: cache,
    [customFetch]: patiently((signal) => fetchKeys(location, fetchJson, signal)),
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

/** After a failure, fails at once for a while. */
function patiently(fetchOnce: (signal: AbortSignal) => Promise<unknown>) {
  let resumeAtMilliseconds = 0;
  return async (_url: string, { signal }: { readonly signal: AbortSignal }): Promise<Response> => {
    if (Date.now() < resumeAtMilliseconds) throw unavailable(new Error('The issuer failed a moment ago.'));
    try {
      return Response.json(await fetchOnce(signal));
    } catch (cause) {
      resumeAtMilliseconds = Date.now() + COOLDOWN_MILLISECONDS;
      throw unavailable(cause);
    }
  };
}

async function fetchKeys({ issuer, jwksUri }: KeyLocation, fetchJson: FetchJson, signal: AbortSignal) {
  const url = jwksUri ?? (await discover(issuer, fetchJson, signal));
  return keySetSchema.parse(await fetchJson(url, signal));
}

/** OpenID Connect Discovery §4.3: the metadata has to be the issuer's own, and its keys lie with it. */
async function discover(issuer: string, fetchJson: FetchJson, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const metadata = metadataSchema.parse(await fetchJson(url, signal));
  if (metadata.issuer !== issuer) throw new Error('The metadata is about another issuer.');
  if (new URL(metadata.jwks_uri).host !== new URL(issuer).host) throw new Error('The keys lie on another host.');
  return metadata.jwks_uri;
}
