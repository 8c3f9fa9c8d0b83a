import type { Environment } from '#shared/ports.ts';

/** Reads the settings of this function from environment variables. A missing variable reads as the empty string. */
export function processEnvironment(): Environment {
  return (variable) => process.env[variable] ?? '';
}

/**
 * Reads a setting that the function needs.
 * @throws Error if the setting is missing or empty: the deployment is wrong
 */
export function required(environment: Environment, variable: Parameters<Environment>[0]): string {
  const value = environment(variable);
  if (value === '') throw new Error(`The setting ${variable} is missing.`);
  return value;
}
