/** The names of this machine's loopback interface, as a URL writes them. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** The port that a URL leaves out. */
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** A port of this machine, and what it speaks. */
export interface LocalPort {
  readonly protocol: keyof typeof DEFAULT_PORTS;
  readonly port: number;
}

/**
 * Whether a Host header names this port of the loopback interface. Any other name comes from DNS: a web page of a foreign
 * host, whose name now leads to this machine, sends it (DNS rebinding). To the browser, page and server then have the
 * same origin, so this header is the only sign.
 */
export function isLoopbackHost(host: string, { protocol, port }: LocalPort): boolean {
  const name = host.toLowerCase();
  if (LOOPBACK_NAMES.includes(name)) return port === DEFAULT_PORTS[protocol];
  return LOOPBACK_NAMES.some((known) => name === `${known}:${port}`);
}

/** The same for a server that a proxy of this machine may call with a port of its own: the port does not matter. */
export function isLoopbackName(host: string): boolean {
  return LOOPBACK_NAMES.includes(host.toLowerCase().replace(/:\d+$/, ''));
}
