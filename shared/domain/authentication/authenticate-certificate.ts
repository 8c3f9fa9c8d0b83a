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

/** A client id with the certificate of the connection that it came by. */
interface Introduction {
  readonly clientId: string;
  /** In PEM; undefined where the connection has none. */
  readonly certificate: string | undefined;
}

interface Ports {
  readonly records: RecordReader;
  readonly certificates: CertificateReader;
  readonly certificateVerifier: CertificateVerifier;
  readonly clock: Clock;
}

/**
 * Client authentication by certificate (RFC 8705 §2), in the order of cost. Where the connection ended, the certificate
 * was found to lead to the truststore and the client to have its key; left to see is whose it is.
 * @throws DomainError `invalid_client`, the same for unknown, disabled, expired and for another certificate than the
 * client is registered with; `temporarily_unavailable` where the keys that the client publishes cannot be had
 */
export async function authenticateCertificate(
  { clientId, certificate: pem }: Introduction,
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

/** By its name where an authority vouches for that, and else by its key (RFC 8705 §2.1, §2.2). */
async function isRegistered(certificate: ClientCertificate, client: Client, { certificateVerifier }: Ports) {
  if (proofOf(client) !== 'certificate') return false;
  const registration = registrationOf(client);
  if (isKnownByName(registration.tokenEndpointAuthMethod)) return hasRegisteredName(certificate, registration);
  return certificateVerifier.isOfKeys(certificate, registeredKeysOf(client));
}

/**
 * Whether a certificate has the one name that its client is known by. What a certificate that is self-signed says of its
 * owner is the owner's word only: it lies in the truststore for the sake of its key.
 */
function hasRegisteredName(certificate: ClientCertificate, names: CertificateNames): boolean {
  const { tlsClientAuthSanDns: dns, tlsClientAuthSanUri: uri } = names;
  const { tlsClientAuthSubjectDn: subjectDn, tlsClientAuthSanIp: ip, tlsClientAuthSanEmail: email } = names;
  if (certificate.isSelfSigned || flawOfNames(names) !== undefined) return false;
  if (subjectDn !== undefined) return isSameName(certificate.subjectDn, subjectDn);
  return certificate.hasAlternativeName({ dns, uri, ip, email });
}
