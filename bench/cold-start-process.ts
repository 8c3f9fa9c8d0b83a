import { pathToFileURL } from 'node:url';
import { invocation } from './invocation.ts';

/** Measurements of the first request of a process. */
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
 * Measures a cold start. Arguments: the bundle's file, the function's name, and the event as JSON. This script imports
 * very little, so that the bundle starts in an almost new process, as in Lambda.
 */
if (import.meta.main) {
  const [file = '', functionName = '', event = ''] = process.argv.slice(2);
  process.send?.(await startCold(file, functionName, JSON.parse(event)));
}
