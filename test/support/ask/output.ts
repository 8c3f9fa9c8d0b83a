import { format } from 'node:util';
import { afterAll, vi } from 'vitest';

/** The output that this process did not write to its terminal. */
export interface Output {
  readonly text: () => string;
  /** The lines that are JSON, parsed. */
  readonly lines: () => readonly Record<string, unknown>[];
  forget(): void;
}

/**
 * Keeps everything written to standard output, standard error and the console away from them, until the file ends.
 * @throws Error in a file that `vitest.config.ts` does not let the product log in
 */
export function captureOutput(): Output {
  if (process.env.POWERTOOLS_LOG_LEVEL !== 'DEBUG') throw new Error('vitest.config.ts silences the log of this file.');
  const chunks: string[] = [];
  const keep = (...parts: unknown[]) => {
    chunks.push(format(...parts));
    return true;
  };
  const keepChunk = (chunk: string | Uint8Array, ...callbacks: unknown[]) => {
    for (const callback of callbacks) if (typeof callback === 'function') callback();
    return keep(String(chunk));
  };
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keepChunk),
  );
  const methods = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(keep),
  );
  afterAll(() => {
    for (const spy of [...streams, ...methods]) spy.mockRestore();
  });
  const text = () => chunks.join('\n');
  return {
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    forget: () => {
      chunks.length = 0;
    },
  };
}
