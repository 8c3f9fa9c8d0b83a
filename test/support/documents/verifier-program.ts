import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The exports of a program of the quick start. */
export interface VerifierProgram {
  verifyAccessToken(token: string): Promise<unknown>;
}

/** Runs a program of the quick start inside this process, so that it has the clock of the test. */
export async function loadVerifier(code: string): Promise<VerifierProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-verifier-'));
  try {
    const file = join(folder, 'verify.mjs');
    writeFileSync(file, code.replace("'jose'", `'${import.meta.resolve('jose')}'`));
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
