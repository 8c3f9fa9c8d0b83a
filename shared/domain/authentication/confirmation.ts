import type { Client } from '../records/client.ts';
import type { BindingRules } from '../records/permissions.ts';
import { registrationOf } from '../registration/registration.ts';

/**
 * The claim `cnf` of a token (RFC 7800 §3): the sender of the token must prove that it holds the key and the
 * certificate named here. At least one member is present.
 */
export interface Confirmation {
  /** Thumbprint (RFC 7638) of the key that signs proofs (RFC 9449 §6.1). */
  readonly jkt?: string | undefined;
  /** Thumbprint of the certificate in the TLS handshake (RFC 8705 §3.1). */
  readonly 'x5t#S256'?: string | undefined;
}

type Member = keyof Confirmation;

/** The binding that an API requires, or that its client is registered with (RFC 8705 §3.4, RFC 9449 §5.2). */
export function bindingRulesFor(api: BindingRules, client: Client): BindingRules {
  const { dpopBoundAccessTokens = false, tlsClientCertificateBoundAccessTokens = false } = registrationOf(client);
  return {
    dpopBoundAccessTokensRequired: api.dpopBoundAccessTokensRequired || dpopBoundAccessTokens,
    tlsClientCertificateBoundAccessTokens: api.tlsClientCertificateBoundAccessTokens,
    tlsClientCertificateBoundAccessTokensRequired:
      api.tlsClientCertificateBoundAccessTokensRequired || tlsClientCertificateBoundAccessTokens,
  };
}

/** Whether a token with this confirmation, or a token without confirmation, is bound in each way that is required. */
export function isBoundAsRequired(confirmation: Confirmation | undefined, rules: BindingRules): boolean {
  return missingMember(confirmation ?? {}, rules) === undefined;
}

/** The first member that the rules require and the confirmation lacks; undefined if none is missing. */
export function missingMember(confirmation: Confirmation, rules: BindingRules): Member | undefined {
  const required: Readonly<Record<Member, boolean>> = {
    jkt: rules.dpopBoundAccessTokensRequired,
    'x5t#S256': rules.tlsClientCertificateBoundAccessTokensRequired,
  };
  return (['jkt', 'x5t#S256'] as const).find((member) => required[member] && confirmation[member] === undefined);
}

/** Whether tokens are bound to the certificate of the request, if it has a certificate. */
export function bindsToCertificates(rules: BindingRules): boolean {
  return rules.tlsClientCertificateBoundAccessTokens || rules.tlsClientCertificateBoundAccessTokensRequired;
}
