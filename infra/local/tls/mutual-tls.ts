import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MutualTls } from '../gateway/configuration.ts';
import { selfSignedServerCertificate } from './server-certificate.ts';

/** The truststore in a data folder: certificates of clients and of certificate authorities, each in a `.pem` file. */
const truststoreIn = (folder: string) => join(folder, 'truststore');

/** The file with the server's certificate, for clients to trust. Each start writes a new certificate. */
const serverCertificateIn = (folder: string) => join(folder, 'server.pem');

/**
 * Prepares mutual TLS: reads the truststore, which the developer fills, and makes a new server certificate. The
 * certificate's private key is not written to disk.
 */
export async function provideMutualTls(folder: string, port: number): Promise<MutualTls> {
  const truststore = truststoreIn(folder);
  await mkdir(truststore, { recursive: true });
  const names = (await readdir(truststore)).filter((name) => name.endsWith('.pem'));
  const trusted = await Promise.all(names.map((name) => readFile(join(truststore, name), 'utf8')));
  const serverCertificate = await selfSignedServerCertificate();
  await writeFile(serverCertificateIn(folder), serverCertificate.cert);
  return { serverCertificate, truststore: trusted, port };
}

/** Returns lines with the URL for mutual TLS and the files that belong to it. */
export function describeMutualTls(url: string, folder: string): string {
  return `Mutual TLS is ready at ${url}
  trusted clients     ${truststoreIn(folder)}
  server certificate  ${serverCertificateIn(folder)}`;
}
