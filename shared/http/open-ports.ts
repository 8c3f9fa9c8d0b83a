import type { Environment } from '#shared/ports.ts';

type Open = (environment: Environment) => unknown;

/**
 * Opens a function's ports when the first request needs them, once for the life of the process. This is the one place
 * where the types of the ports are asserted: `AdaptersOf` has proven that there is an adapter for each granted port.
 */
export function openPorts<Ports>({
  environment,
  ...adapters
}: {
  readonly environment: () => Environment;
}): () => Ports {
  let ports: Ports | undefined;
  return () => {
    ports ??= open(adapters as Readonly<Record<string, Open>>, environment()) as Ports;
    return ports;
  };
}

function open(adapters: Readonly<Record<string, Open>>, environment: Environment) {
  return Object.fromEntries(Object.entries(adapters).map(([port, adapter]) => [port, adapter(environment)]));
}
