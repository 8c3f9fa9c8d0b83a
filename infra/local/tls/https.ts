import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateSource } from '../gateway/configuration.ts';
import { replacePrivateFile } from '../private-file.ts';
import { issueServerCertificate, newAuthority } from './authority.ts';
import type { KeyedCertificate } from './server-certificate.ts';

/** Certificates that end within a week are renewed. */
const RENEWAL_MILLISECONDS = 7 * 86_400_000;

/** The bits of a file's mode that are about other users of the machine. */
const RIGHTS_OF_OTHERS = 0o077;

/** The file with the authority's certificate in a data folder, for clients to trust. */
export const authorityFileIn = (folder: string) => join(folder, 'authority.pem');

/** The authority's key, with its certificate. Whether there is an authority, this file alone decides. */
const authorityKeyFileIn = (folder: string) => join(folder, 'authority-key.pem');

/**
 * Returns the source of the server's certificates, with an authority in a data folder. When the authority ends within a
 * week, the source makes another one with another key. The server's private key is not written to disk.
 */
export function provideHttps(folder: string, nowMilliseconds: () => number = Date.now): CertificateSource {
  let issued: { readonly authority: string; readonly certificate: KeyedCertificate } | undefined;
  return async () => {
    const authority = (await readAuthority(folder, nowMilliseconds())) ?? (await newAuthority(nowMilliseconds()));
    if (issued?.authority === authority.cert) return issued.certificate;
    await writeAuthority(folder, authority);
    const certificate = await issueServerCertificate(authority, nowMilliseconds());
    issued = { authority: authority.cert, certificate };
    return certificate;
  };
}

/**
 * Reads the authority. Undefined if there is none, if its file is damaged, if it ends within a week, or if somebody else
 * could have read its key.
 */
async function readAuthority(folder: string, nowMilliseconds: number): Promise<KeyedCertificate | undefined> {
  const file = authorityKeyFileIn(folder);
  try {
    const { mode } = await stat(file);
    const [key = '', cert = ''] = (await readFile(file, 'utf8')).split(/(?=-----BEGIN CERTIFICATE)/);
    const certificate = new X509Certificate(cert);
    const isSound = (mode & RIGHTS_OF_OTHERS) === 0 && certificate.checkPrivateKey(createPrivateKey(key));
    const endsAtMilliseconds = certificate.validToDate.getTime();
    return isSound && endsAtMilliseconds - nowMilliseconds > RENEWAL_MILLISECONDS ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

async function writeAuthority(folder: string, { key, cert }: KeyedCertificate): Promise<void> {
  await replacePrivateFile(authorityKeyFileIn(folder), `${key}${cert}`);
  await replacePrivateFile(authorityFileIn(folder), cert);
}
