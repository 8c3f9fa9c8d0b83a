import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Clock, Digests, Random } from '#shared/domain/ambient.ts';
import type { AdaptersOf, Environment } from '#shared/ports.ts';
import { x509Certificates } from './client-certificates.ts';
import { processEnvironment, required } from './environment.ts';
import { memoryRequestLimiter } from './memory-request-limiter.ts';

const systemClock = (): Clock => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) });

const systemRandom = (): Random => ({ bytes: (length) => randomBytes(length) });

const nodeDigests = (): Digests => ({
  digest: (text) => createHash('sha256').update(text).digest('base64url'),
  derive: (key, text) => createHmac('sha256', key).update(text).digest(),
});

/**
 * The adapters that every function gets without a grant: settings, clock, random bytes, digests (SHA-256,
 * HMAC-SHA-256), a certificate reader and a request limiter.
 */
export const ambient: AdaptersOf<never> = {
  environment: processEnvironment,
  issuer: (environment: Environment) => required(environment, 'MINTMARK_ISSUER'),
  mutualTlsUrl: (environment: Environment) => environment('MINTMARK_MTLS_URL') || undefined,
  defaultAudience: (environment: Environment) => environment('MINTMARK_DEFAULT_AUDIENCE') || undefined,
  importedSecrets: (environment: Environment) => environment('MINTMARK_IMPORTED_SECRETS') === 'on',
  hs256Apis: (environment: Environment) => environment('MINTMARK_HS256_APIS') === 'on',
  clock: systemClock,
  random: systemRandom,
  certificates: x509Certificates,
  digests: nodeDigests,
  requestLimiter: memoryRequestLimiter,
};
