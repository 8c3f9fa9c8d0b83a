import { deepStrictEqual, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Story } from '#infra/local/demo/story.ts';
import { runPage } from '#test/support/documents/page-session.ts';

/** Blocks of README.md about this machine, about deploying, or about the sample API of `npm start`. */
const LEFT_OUT = ['try', 'start', 'call', 'deploy-app', 'deploy', 'bootstrap', 'test'];

/** Pastes the first token of README.md into a shell, as it says for a deployment: with ADMIN_FILE. */
export async function pasteReadme({ url, folder, administrator }: Story): Promise<string> {
  const file = join(folder, 'admin.json');
  writeFileSync(file, JSON.stringify({ issuer: url, ...administrator }), { mode: 0o600 });
  const site = { url, folder, printed: '', stop: async () => undefined };
  const session = await runPage('README.md', site, { leaveOut: LEFT_OUT, env: { ADMIN_FILE: file } });
  const { code, stderr } = session.result;
  deepStrictEqual({ code, stderr }, { code: 0, stderr: '' });
  match(session.output('access-token'), /"scope":"read:reports"/);
  return 'its blocks work here, too';
}
