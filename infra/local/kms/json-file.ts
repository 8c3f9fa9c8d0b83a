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
 * Reads a JSON file, and removes the access of other users of the machine. Undefined if there is no file.
 *
 * @throws SyntaxError if the file is not JSON
 */
export function readJsonFile(path: string): unknown {
  const text = readIfPresent(path);
  if (text === undefined) return undefined;

  chmodSync(path, ownerOnly);
  return JSON.parse(text);
}

/**
 * Replaces a JSON file at once: a reader finds either the complete old content or the complete new content, also after
 * a kill. When the function returns, the new content is on disk.
 */
export function replaceJsonFile(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporaryPath = `${path}.tmp`;
  // A killed process leaves its temporary file. A new file also has the right mode.
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

/** Writes all bytes. A single write can stop early, for example on a nearly full disk. */
function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written);
  }
}
