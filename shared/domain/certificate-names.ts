import type { ClientCertificate } from './crypto-ports.ts';
import { isDistinguishedName, isSameName } from './distinguished-name.ts';

/** What a client's certificate is known by (RFC 8705 §2.1.2): exactly one of these, by `tls_client_auth` only. */
export interface CertificateNames {
  /** The whole subject, as RFC 4514 writes it. */
  readonly tlsClientAuthSubjectDn?: string | undefined;
  /** One of the certificate's subject alternative names (RFC 5280 §4.2.1.6). */
  readonly tlsClientAuthSanDns?: string | undefined;
  readonly tlsClientAuthSanUri?: string | undefined;
  readonly tlsClientAuthSanIp?: string | undefined;
  readonly tlsClientAuthSanEmail?: string | undefined;
}

/** The members of these names. */
export const certificateNames = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
] as const satisfies (keyof CertificateNames)[];

/** What is wrong with the names that a client is to be known by; undefined where they are one good name. */
export function flawOfNames(names: CertificateNames): string | undefined {
  const given = certificateNames.filter((member) => names[member] !== undefined);
  if (given.length !== 1) return `Exactly one of ${certificateNames.join(', ')} is needed.`;
  const { tlsClientAuthSubjectDn: subjectDn } = names;
  if (subjectDn === undefined || isDistinguishedName(subjectDn)) return undefined;
  return 'tlsClientAuthSubjectDn must be a name as RFC 4514 writes it, such as CN=export,O=Acme.';
}

/**
 * Whether a certificate has the one name that its client is known by. What a certificate that is self-signed says of its
 * owner is the owner's word only: it lies in the truststore for the sake of its key.
 */
export function hasRegisteredName(certificate: ClientCertificate, names: CertificateNames): boolean {
  const { tlsClientAuthSanDns: dns, tlsClientAuthSanUri: uri } = names;
  const { tlsClientAuthSubjectDn: subjectDn, tlsClientAuthSanIp: ip, tlsClientAuthSanEmail: email } = names;
  if (certificate.isSelfSigned || flawOfNames(names) !== undefined) return false;
  if (subjectDn !== undefined) return isSameName(certificate.subjectDn, subjectDn);
  return certificate.hasAlternativeName({ dns, uri, ip, email });
}
