import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file completely or not at all. Only its owner can read it, also while it is written. */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  // A killed process leaves its unfinished file, perhaps with other rights. Only a new file gets the mode.
  await rm(unfinished, { force: true });
  await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
  await rename(unfinished, path);
}
