import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MutualTls } from './gateway/configuration.ts';
import { selfSignedServerCertificate } from './server-certificate.ts';

/** Where a data folder holds the certificates of clients and of their authorities, a `.pem` file each. */
const truststoreIn = (folder: string) => join(folder, 'truststore');

/** Where clients find the certificate to trust; it is another one at each start. */
const serverCertificateIn = (folder: string) => join(folder, 'server.pem');

/**
 * What mutual TLS takes: a truststore, as whoever runs this has filled it, and a server's certificate, whose private key
 * is kept nowhere.
 */
export async function provideMutualTls(folder: string, port: number): Promise<MutualTls> {
  const truststore = truststoreIn(folder);
  await mkdir(truststore, { recursive: true });
  const names = (await readdir(truststore)).filter((name) => name.endsWith('.pem'));
  const trusted = await Promise.all(names.map((name) => readFile(join(truststore, name), 'utf8')));
  const serverCertificate = await selfSignedServerCertificate([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
  await writeFile(serverCertificateIn(folder), serverCertificate.cert);
  return { serverCertificate, truststore: trusted, port };
}

/** Says how the domain is to be reached. */
export function printMutualTls(url: string, folder: string): void {
  console.log(`By mutual TLS it is ready at ${url}`);
  console.log(`  it trusts     ${truststoreIn(folder)}`);
  console.log(`  to be trusted ${serverCertificateIn(folder)}`);
}
