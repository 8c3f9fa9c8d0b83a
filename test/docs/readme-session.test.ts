import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { type ExpressProgram, freePort, startExpressProgram } from '#test/support/documents/express-program.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { PAGE_MILLISECONDS, type PageSession, readPage, runPage } from '#test/support/documents/page-session.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

/** Most tests start a program and wait for it. */

const root = new URL('../..', import.meta.url).pathname;
const readme = readPage('README.md');
const REPORTS = '{"reports":["2026 in numbers"]}\n';

/** Tests of other files run these. */
const leaveOut = ['try', 'start', 'deploy-app', 'deploy', 'bootstrap', 'test'];

/** The blocks that README.md shows an output of; they stand in this order. */
const SHOWN = ['administrator', 'api', 'api-token', 'access-token', 'call'];

describe('the first token of README.md', () => {
  let mintmark: LocalMintmark;
  let sessions: readonly PageSession[] = [];

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
    const paste = () => runPage('README.md', mintmark, { leaveOut, read: ['MINTMARK', 'CLIENT_ID', 'CLIENT_SECRET'] });
    sessions = [await paste(), await paste()];
  }, 2 * PAGE_MILLISECONDS);
  afterAll(() => mintmark.stop());

  test('begins where the banner of npm start leaves off', () => {
    expect(withoutChance(mintmark.printed)).toMatch(new RegExp(`^${withoutChance(codeOf(readme, 'start-output'))}`));
    const next = codeOf(readme, 'administrator').replace('./docs/', `${root}docs/`);
    expect(mintmark.printed).toContain(`\n  ${next}\n`);
  });

  test('is obtained by pasting each block once, and once more', () => {
    const complete = { code: 0, stderr: '' };
    expect(sessions.map(({ result }) => result)).toMatchObject([complete, complete]);
  });

  test.each(SHOWN)('prints what README.md shows below "%s", both times', (name) => {
    const shown = withoutChance(codeOf(readme, `${name}-output`));
    expect(sessions.map((session) => withoutChance(session.output(name)))).toEqual([shown, shown]);
  });

  /** Runs a program of README.md as its reader does, in the shell of the session. */
  const runAs = (program: string, args: readonly string[], name: string, changes: Record<string, string> = {}) =>
    runCommand(program, args, { env: { ...sessions[0]?.variables, ...changes }, input: codeOf(readme, name) });

  test('opens the API with Node', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'node');
    expect(result).toEqual({ code: 0, stdout: REPORTS, stderr: '' });
  });

  test('is refused to Node with a wrong secret, and the program says why', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'node', { CLIENT_SECRET: 'wrong' });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"error":"invalid_client"') });
  });

  describe('at the Express API of README.md', () => {
    const apis: ExpressProgram[] = [];
    afterAll(() => Promise.all(apis.map((api) => api.stop())));

    /** Starts the program and calls it with this token. */
    async function callWith(token: string, program = codeOf(readme, 'express')): Promise<readonly unknown[]> {
      const api = await startExpressProgram(program, { MINTMARK: mintmark.url });
      apis.push(api);
      const response = await fetch(`${api.url}/reports`, { headers: { authorization: `Bearer ${token}` } });
      return [response.status, await response.text()];
    }

    test('opens a route whose permission it has', async () => {
      expect(await callWith(await accessToken())).toEqual([200, REPORTS.trim()]);
    });

    test('does not open a route whose permission it lacks', async () => {
      const program = codeOf(readme, 'express').replace('read:reports', 'write:reports');
      expect(await callWith(await accessToken(), program)).toEqual([403, 'Forbidden']);
    });

    test('is refused once its signature was changed', async () => {
      const changed = (await accessToken()).replace(/\.(.)(?=[^.]*$)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`);
      expect(await callWith(changed)).toEqual([401, 'Unauthorized']);
    });

    test('is neither accepted nor refused while the key set cannot be fetched', async () => {
      const program = codeOf(readme, 'express').replace('/.well-known/jwks.json', '/there-is-no-key-set');
      expect(await callWith(await accessToken(), program)).toEqual([503, 'Service Unavailable']);
    });

    test('is neither accepted nor refused while Mintmark does not answer', async () => {
      const unreachable = `http://127.0.0.1:${await freePort()}`;
      const program = codeOf(readme, 'express').replace('process.env.MINTMARK', `'${unreachable}'`);
      expect(await callWith(await accessToken(), program)).toEqual([503, 'Service Unavailable']);
    });

    test('cannot be left out', async () => {
      expect(await callWith('')).toEqual([401, 'Unauthorized']);
    });
  });

  /** A new access token for the client of the session. */
  async function accessToken(): Promise<string> {
    const { CLIENT_ID, CLIENT_SECRET } = sessions[0]?.variables ?? {};
    const headers = { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const response = await fetch(`${mintmark.url}/oauth/token`, { method: 'POST', headers, body });
    return ((await response.json()) as { access_token: string }).access_token;
  }
});

/** The text without the parts that differ from run to run: ids, secrets, tokens and ports. */
function withoutChance(text: string): string {
  return text.replaceAll(/\b(cli_|rol_|mms_|eyJ)[\w.-]*…?/g, '$1…').replaceAll(/localhost:\d+/g, 'localhost:0');
}
