import type { Environment } from '#shared/ports.ts';

type AnyAdapters = Readonly<Record<string, unknown>> & { readonly environment: () => Environment };

/** Opens a function's ports when the first request needs them, once for the life of the process. */
export function openPorts<Ports>({ environment, ...adapters }: AnyAdapters): () => Ports {
  let ports: Ports | undefined;
  return () => {
    ports ??= open(adapters as Record<string, (environment: Environment) => unknown>, environment()) as Ports;
    return ports;
  };
}

function open(adapters: Readonly<Record<string, (environment: Environment) => unknown>>, environment: Environment) {
  return Object.fromEntries(Object.entries(adapters).map(([port, adapter]) => [port, adapter(environment)]));
}
