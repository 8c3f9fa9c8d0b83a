import type { Environment } from '#shared/ports.ts';

/** The settings that the deployment gave this function: the one place that reads the process's environment. */
export function processEnvironment(): Environment {
  return (variable) => process.env[variable] ?? '';
}

/** A setting that the function cannot do without; its absence is a mistake of the deployment. */
export function required(environment: Environment, variable: Parameters<Environment>[0]): string {
  const value = environment(variable);
  if (value === '') throw new Error(`The setting ${variable} is missing.`);
  return value;
}
