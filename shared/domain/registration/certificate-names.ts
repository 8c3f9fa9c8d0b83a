import type { CertificateNames } from '../records/registration.ts';
import { isDistinguishedName } from './distinguished-name.ts';

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
