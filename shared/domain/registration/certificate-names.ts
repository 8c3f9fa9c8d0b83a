import type { CertificateNames } from '../records/registration.ts';
import { isDistinguishedName } from './distinguished-name.ts';

/** The members of a registration that hold a certificate's name (RFC 8705 §2.1.2). */
export const certificateNames = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
] as const satisfies (keyof CertificateNames)[];

/** Returns the error in the names for a client's certificate, as a sentence; undefined for exactly one valid name. */
export function flawOfNames(names: CertificateNames): string | undefined {
  const given = certificateNames.filter((member) => names[member] !== undefined);
  if (given.length !== 1) return `Exactly one of ${certificateNames.join(', ')} is needed.`;
  const { tlsClientAuthSubjectDn: subjectDn } = names;
  if (subjectDn === undefined || isDistinguishedName(subjectDn)) return undefined;
  return 'tlsClientAuthSubjectDn must be a distinguished name (RFC 4514), for example CN=export,O=Acme.';
}
