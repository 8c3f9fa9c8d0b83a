import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const ownerOnly = 0o600;

/**
 * Reads a JSON file and closes it to other users of the machine; `undefined` when there is none.
 *
 * @throws SyntaxError when the file is not JSON.
 */
export function readJsonFile(path: string): unknown {
  const text = readIfPresent(path);
  if (text === undefined) return undefined;

  chmodSync(path, ownerOnly);
  return JSON.parse(text);
}

/**
 * Replaces a JSON file so that a reader, or the next start after a kill, finds either the old or the new content, whole.
 * On return the new content is on disk.
 */
export function replaceJsonFile(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporaryPath = `${path}.tmp`;
  // A process killed half-way leaves its temporary file; creating it anew also makes sure of its mode.
  rmSync(temporaryPath, { force: true });
  writeDurably(temporaryPath, JSON.stringify(content, undefined, 2));
  renameSync(temporaryPath, path);
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', ownerOnly);
  try {
    writeFully(file, Buffer.from(text));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A single write may stop early, for instance on a nearly full disk. */
function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written);
  }
}
