import * as oauth from 'oauth4webapi';
import QuickLRU from 'quick-lru';
import { pauseAfterFailure } from '../remote/pause-after-failure.ts';
import type { ProviderFetch } from './provider-fetch.ts';

const METADATA_MILLISECONDS_MAX = 300_000;

const ISSUERS_MAX = 200;

/** Finds the metadata of an issuer. Rejects with `temporarily_unavailable` if the issuer does not answer as it must. */
export type FindMetadata = (issuer: string) => Promise<oauth.AuthorizationServer>;

/**
 * Finds metadata (OpenID Connect Discovery 1.0 §4) and remembers them for five minutes. `oauth4webapi` remembers the
 * issuer's keys with them. An issuer that failed is left alone for a while.
 */
export function rememberedMetadata(fetch: ProviderFetch): FindMetadata {
  const known = new QuickLRU<string, oauth.AuthorizationServer>({
    maxSize: ISSUERS_MAX,
    maxAge: METADATA_MILLISECONDS_MAX,
  });
  const asked = new QuickLRU<string, FindMetadata>({ maxSize: ISSUERS_MAX });
  return async (issuer) => {
    const remembered = known.get(issuer);
    if (remembered !== undefined) return remembered;
    const ask = asked.get(issuer) ?? pauseAfterFailure((url: string) => fetchMetadata(url, fetch));
    asked.set(issuer, ask);
    const server = await ask(issuer);
    known.set(issuer, server);
    return server;
  };
}

async function fetchMetadata(issuer: string, fetch: ProviderFetch): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { [oauth.customFetch]: fetch });
  const server = await oauth.processDiscoveryResponse(url, response);
  // Identities name the issuer, so there must be one spelling of it (OpenID Connect Discovery §4.3).
  if (server.issuer !== issuer) throw new oauth.OperationProcessingError('The metadata name another issuer.');
  return server;
}
