import type { Subject } from '../people-records/identity.ts';
import type { IdentityProvider } from '../people-records/identity-provider.ts';

/** Seals the client secrets of identity providers. */
export interface ProviderSecretSealer {
  /** Seals a secret for one provider. Rejects with `temporarily_unavailable` if KMS fails. */
  seal(providerId: string, clientSecret: string): Promise<string>;
}

/** Opens sealed client secrets. */
export interface ProviderSecretOpener {
  /** Opens the secret of a provider. Rejects with `temporarily_unavailable` if KMS fails. */
  open(provider: Pick<IdentityProvider, 'id' | 'sealedSecret'>): Promise<string>;
}

/** What goes with a browser to a provider (OpenID Connect Core §3.1.2.1, RFC 7636). */
export interface UpstreamRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** How old the login at the provider may be; undefined if it does not matter. */
  readonly maxAgeSeconds: number | undefined;
  readonly loginHint: string | undefined;
}

/** What came back with the browser, and what it is compared with. */
export interface UpstreamAnswer extends Pick<UpstreamRequest, 'redirectUri' | 'state' | 'nonce' | 'codeVerifier'> {
  readonly parameters: Readonly<Record<string, string>>;
  readonly clientSecret: string;
}

/** A person as the provider has proven them to us. */
export interface ProvenSubject extends Subject {
  readonly email?: string | undefined;
  /** Whether the provider says that it has verified the address, in a way that its type of provider can be held to. */
  readonly isEmailVerified: boolean;
  /** When the person logged in there (`auth_time`), in Unix time; undefined if the provider does not say it. */
  readonly authenticatedAtSeconds?: number | undefined;
}

/** How a login at a provider ended. `words` is what the provider said: text of a stranger. */
export type UpstreamResult =
  | { readonly is: 'proven'; readonly subject: ProvenSubject }
  | { readonly is: 'refused'; readonly isDenied: boolean; readonly words: string };

/** Speaks with identity providers. Each call rejects with `temporarily_unavailable` if the provider does not answer. */
export interface IdentityProviders {
  /** Returns the address at the provider that a browser is sent to. */
  addressFor(provider: IdentityProvider, request: UpstreamRequest): Promise<string>;
  /** Trades the provider's answer for what it says about the person. */
  redeem(provider: IdentityProvider, answer: UpstreamAnswer): Promise<UpstreamResult>;
}
