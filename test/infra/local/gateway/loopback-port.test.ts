import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type LoopbackPort, listenOnLocalhost } from '#infra/local/gateway/wire/loopback-port.ts';
import { isLoopbackHost } from '#infra/local/loopback-host.ts';

/** A server that cannot listen. */
function failing(code: string): Server {
  const server = createServer();
  server.listen = () => {
    queueMicrotask(() => server.emit('error', Object.assign(new Error(code), { code })));
    return server;
  };
  return server;
}

/** Listens with these servers in this order, and with usual ones after them. */
async function listenWith(port: number, ...servers: readonly Server[]): Promise<LoopbackPort> {
  const prepared = [...servers];
  const listening = await listenOnLocalhost(() => prepared.shift() ?? createServer(), port);
  onTestFinished(() => listening.servers.forEach((server) => void server.close()));
  return listening;
}

const addressesOf = ({ servers }: LoopbackPort) => servers.map((server) => (server.address() as AddressInfo).address);

test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('a machine without ::1 (%s) listens on 127.0.0.1 alone', async (code) => {
  expect(addressesOf(await listenWith(0, createServer(), failing(code)))).toEqual(['127.0.0.1']);
});

test('a free port that another program has on ::1 is given back, and another one is taken', async () => {
  const first = createServer();
  const others = [createServer(), failing('EAFNOSUPPORT')];
  const { port, servers } = await listenWith(0, first, failing('EADDRINUSE'), ...others);
  expect({ isFirstOpen: first.listening, addresses: servers.map((server) => server.address()) }).toEqual({
    isFirstOpen: false,
    addresses: [{ address: '127.0.0.1', family: 'IPv4', port }],
  });
});

test('a port that was asked for is not replaced by another one', async () => {
  const holder = createSocketServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await expect(listenWith(port, createServer(), failing('EADDRINUSE'))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('the search for a port that is free on both addresses ends', async () => {
  const servers = Array.from({ length: 20 }, () => [createServer(), failing('EADDRINUSE')]).flat();
  await expect(listenWith(0, ...servers)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each([
  ['localhost', { protocol: 'http', port: 80 }, true],
  ['localhost', { protocol: 'https', port: 443 }, true],
  ['localhost:443', { protocol: 'https', port: 443 }, true],
  ['localhost', { protocol: 'http', port: 443 }, false],
  ['localhost', { protocol: 'https', port: 80 }, false],
] as const)('the host %s means this port of %o: %s', (host, port, means) => {
  expect(isLoopbackHost(host, port)).toBe(means);
});
