import { format } from 'node:util';
import { vi } from 'vitest';

/** What this process would have written to its terminal. */
export interface Output {
  readonly text: () => string;
  /** The lines that are JSON, parsed. */
  readonly lines: () => readonly Record<string, unknown>[];
  forget(): void;
}

/** Keeps everything written to standard output, standard error and the console, from now on and away from them. */
export function captureOutput(): Output {
  const chunks: string[] = [];
  const keep = (...parts: unknown[]) => {
    chunks.push(format(...parts));
    return true;
  };
  const keepChunk = (chunk: string | Uint8Array, ...callbacks: unknown[]) => {
    for (const callback of callbacks) if (typeof callback === 'function') callback();
    return keep(String(chunk));
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keepChunk);
  vi.spyOn(process.stderr, 'write').mockImplementation(keepChunk);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation(keep);
  }
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
