import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyedCertificate } from '#infra/local/tls/server-certificate.ts';

/** A page without a back end, which loads one library. Its two origins are two sites for a browser. */
export interface SinglePageApplication {
  /** Such as `https://localhost:41423`. */
  readonly origin: string;
  /** The same page by an address, such as `https://127.0.0.1:41423`. */
  readonly otherOrigin: string;
  close(): Promise<unknown>;
}

/**
 * Serves such a page at every path, with a library of node_modules as its publisher built it for browsers.
 *
 * @param library a file below node_modules
 */
export async function serveSinglePageApplication(
  library: string,
  certificate: KeyedCertificate,
): Promise<SinglePageApplication> {
  const script = readFileSync(new URL(`../../../node_modules/${library}`, import.meta.url));
  const server = createServer(certificate, (request, response) => {
    const [type, body] =
      request.url === '/library.js'
        ? ['text/javascript', script]
        : ['text/html', '<!doctype html><title>Application</title><script src="/library.js"></script>'];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://localhost:${port}`,
    otherOrigin: `https://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
