import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** MiniStack makes asymmetric KMS keys with `cryptography`, and does not install it. */
const PACKAGES = ['ministack==1.5.33', 'cryptography==50.0.2'];

/** The environment stays between runs. It is made by a run and ignored by Git. */
const FOLDER = join(import.meta.dirname, '../../.deploy/venv');

/**
 * Makes a virtual environment of Python with MiniStack in it, and returns its interpreter.
 * @throws Error if there is no Python 3 with venv, or its package index does not have the packages
 */
export async function installMiniStack(): Promise<string> {
  const python = join(FOLDER, 'bin/python');
  if (!existsSync(python)) await run('python3', ['-m', 'venv', FOLDER]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', ...PACKAGES]);
  return python;
}
