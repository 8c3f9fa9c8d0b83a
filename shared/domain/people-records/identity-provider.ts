import type { Versioned } from '../records/lifecycle.ts';
import type { RecordKey, RecordList } from '../records/record-key.ts';

/**
 * The types of identity providers: any issuer of OpenID Connect, Google as one of them, and GitHub, which speaks OAuth
 * 2.0 with an API of its own.
 */
export const identityProviderTypes = ['oidc', 'google', 'github'] as const;

/** One of `identityProviderTypes`. */
export type IdentityProviderType = (typeof identityProviderTypes)[number];

/** An issuer elsewhere whose logins the workspace takes. */
export interface IdentityProvider extends Versioned {
  readonly id: string;
  /** The name on the login page. */
  readonly name: string;
  readonly type: IdentityProviderType;
  /** The issuer of OpenID Connect Discovery §3. It never changes, because it is a part of each person's identity. */
  readonly issuer: string;
  /** How the provider knows Mintmark. */
  readonly clientId: string;
  /** The client secret, sealed by KMS for this provider only. */
  readonly sealedSecret: string;
  /** The domains for whose e-mail addresses the provider is believed, in lower case. */
  readonly trustedDomains: readonly string[];
  /** Whether people who administer the workspace may log in by it. */
  readonly forMembers: boolean;
  readonly isEnabled: boolean;
}

/** Names an identity provider. */
export function identityProviderKey(id: string): RecordKey<'identityProvider', IdentityProvider> {
  return { kind: 'identityProvider', id };
}

/** Names the list of all identity providers. */
export const identityProviderList: RecordList<'identityProvider', IdentityProvider> = {
  kind: 'identityProvider',
  owner: undefined,
};
