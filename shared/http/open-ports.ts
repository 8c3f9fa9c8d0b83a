import type { Environment } from '#shared/ports.ts';

type Open = (environment: Environment) => unknown;

/**
 * Opens the ports of a function when its first request needs them, once in the life of the process. Only this place
 * asserts the types of ports: `AdaptersOf` has proven that each granted port has an adapter.
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
