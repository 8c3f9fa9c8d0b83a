import { pathToFileURL } from 'node:url';
import { invocation } from './invocation.ts';

/** The first request in the life of a process. */
export interface ColdStart {
  readonly importMilliseconds: number;
  /** CPU time of import and first request together. */
  readonly cpuMilliseconds: number;
  readonly result: unknown;
}

type Handler = (event: unknown, context: ReturnType<typeof invocation>) => Promise<unknown>;

async function startCold(file: string, functionName: string, event: unknown): Promise<ColdStart> {
  const context = invocation(functionName);
  const cpuBefore = process.cpuUsage();
  const startedAtMilliseconds = performance.now();
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
  const importMilliseconds = performance.now() - startedAtMilliseconds;
  const result = await handler(event, context);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { importMilliseconds, cpuMilliseconds: (user + system) / 1_000, result };
}

/**
 * Arguments: the bundle's file, the function's name, the event as JSON. This script imports next to nothing, so that the
 * bundle finds the process as cold as it would be.
 */
if (import.meta.main) {
  const [file = '', functionName = '', event = ''] = process.argv.slice(2);
  process.send?.(await startCold(file, functionName, JSON.parse(event)));
}
