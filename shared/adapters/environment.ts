import type { Environment } from '#shared/ports.ts';

/** The settings that the deployment gave this function: the one place that reads the process's environment. */
export function processEnvironment(): Environment {
  return (variable) => process.env[variable] ?? '';
}
