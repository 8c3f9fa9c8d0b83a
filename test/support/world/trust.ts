import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { KeyedCertificate } from '#infra/local/tls/server-certificate.ts';

/** Lets `fetch` in this process trust a certificate. Returns how to end that. */
export function trust({ cert }: KeyedCertificate): () => void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, cert]);
  return () => setDefaultCACertificates(before);
}
