import type { Clock } from '../ambient.ts';
import { isMadeId } from '../ids.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import type { CertificateNames } from '../records/registration.ts';
import { isKnownByName } from '../registration/authentication-methods.ts';
import { flawOfNames } from '../registration/certificate-names.ts';
import { isSameName } from '../registration/distinguished-name.ts';
import { proofOf, registeredKeysOf, registrationOf } from '../registration/registration.ts';
import { type AuthenticatedClient, invalidClient } from './authenticate-client.ts';
import { currentCertificate } from './client-certificate.ts';
import type { CertificateReader, CertificateVerifier, ClientCertificate } from './ports.ts';
import { CERTIFICATE_SELECTOR } from './usage.ts';

/** A client id, and the certificate of the connection that brought it. */
interface PresentedCertificate {
  readonly clientId: string;
  /** In PEM; undefined if the connection has no certificate. */
  readonly certificate: string | undefined;
}

interface Ports {
  readonly records: RecordReader;
  readonly certificates: CertificateReader;
  readonly certificateVerifier: CertificateVerifier;
  readonly clock: Clock;
}

/**
 * Authenticates a client by its certificate (RFC 8705 §2). API Gateway has checked already that the certificate chains
 * to the truststore and that the client holds the private key. This function checks that the certificate belongs to
 * this client.
 * @throws DomainError `invalid_client`, the same for an unknown, disabled or expired client and for a certificate that
 * the client is not registered with; `temporarily_unavailable` if the keys that the client publishes cannot be fetched
 */
export async function authenticateCertificate(
  { clientId, certificate: pem }: PresentedCertificate,
  ports: Ports,
): Promise<AuthenticatedClient> {
  const certificate = currentCertificate(pem, ports);
  if (certificate === undefined || !isMadeId('cli', clientId)) throw invalidClient();
  const authenticatedAtSeconds = ports.clock.nowSeconds();
  const look = ports.records.open(clientId);
  const client = await look.client(clientId);
  if (client === undefined || !isLive(client, authenticatedAtSeconds)) throw invalidClient();
  if (!(await isRegistered(certificate, client, ports))) throw invalidClient();
  const credential = { clientId, selector: CERTIFICATE_SELECTOR };
  const expiresAtSeconds = Math.min(client.expiresAtSeconds ?? Infinity, certificate.notAfterSeconds);
  return { client, credential, look, authenticatedAtSeconds, expiresAtSeconds };
}

/** Compares the name if the client is registered by name (RFC 8705 §2.1), otherwise the public key (§2.2). */
async function isRegistered(certificate: ClientCertificate, client: Client, { certificateVerifier }: Ports) {
  if (proofOf(client) !== 'certificate') return false;
  const registration = registrationOf(client);
  if (isKnownByName(registration.tokenEndpointAuthMethod)) return hasRegisteredName(certificate, registration);
  return certificateVerifier.isOfKeys(certificate, registeredKeysOf(client));
}

/**
 * Whether a certificate has the name that the client is registered with. A self-signed certificate can carry any name,
 * because no authority has checked it; so its name proves no identity.
 */
function hasRegisteredName(certificate: ClientCertificate, names: CertificateNames): boolean {
  const { tlsClientAuthSanDns: dns, tlsClientAuthSanUri: uri } = names;
  const { tlsClientAuthSubjectDn: subjectDn, tlsClientAuthSanIp: ip, tlsClientAuthSanEmail: email } = names;
  if (certificate.isSelfSigned || flawOfNames(names) !== undefined) return false;
  if (subjectDn !== undefined) return isSameName(certificate.subjectDn, subjectDn);
  return certificate.hasAlternativeName({ dns, uri, ip, email });
}
