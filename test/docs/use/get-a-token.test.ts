import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/get-a-token.md';
const REPORTS = 'https://api.example.com/reports';
const root = new URL('../../..', import.meta.url).pathname;
const token = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);

/** Go compiles the standard library the first time. */
const GO_MILLISECONDS = 180_000;

/** A test that needs a program which some machines lack; its name says so where it is left out. */
function testWith(program: string, versionFlag: string) {
  const isThere = spawnSync(program, [versionFlag]).status === 0;
  const note = isThere ? '' : ` (left out: there is no ${program} on this machine)`;
  return (name: string, run: () => Promise<void>, timeout?: number) => test.skipIf(!isThere)(name + note, run, timeout);
}

describe(PAGE, () => {
  const used = usePage(PAGE, {
    programs: ['js node', 'python python', 'go go', 'js dpop'],
    read: ['MINTMARK', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN'],
  });

  /** Runs the code under this program, with the variables of the session, as its reader does. */
  const runAs = (program: string, args: readonly string[], name: string): Promise<CommandResult> =>
    runCommand(program, args, { cwd: root, env: used().session.variables, input: codeOf(readPage(PAGE), name) });

  test('makes an API token and shows its secret', () => {
    const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = used().session.variables;
    expect(used().session.answers('make-token')).toEqual([
      expect.objectContaining({ clientId, clientSecret, description: 'nightly export', kind: 'client_credentials' }),
    ]);
    expect(used().session.variables).toEqual({
      MINTMARK: used().mintmark.url,
      CLIENT_ID: expect.stringMatching(/^cli_\w{22}$/),
      CLIENT_SECRET: expect.stringMatching(/^mms_\w{52}$/),
      ACCESS_TOKEN: token,
    });
  });

  test('gets an access token with curl', () => {
    const answer = { access_token: token, token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' };
    expect(used().session.answers('curl')).toEqual([answer]);
  });

  test('introspects and revokes', () => {
    const { CLIENT_ID: client_id } = used().session.variables;
    expect(used().session.answers('introspect')).toEqual([
      expect.objectContaining({ active: true, aud: REPORTS, client_id, scope: 'read:reports' }),
      {},
      { active: false },
    ]);
  });

  test('uses refresh tokens, and ends their family', () => {
    expect(used().session.answers('refresh')).toEqual([
      expect.objectContaining({ identifier: REPORTS, allowRefreshTokens: true }),
      {
        access_token: token,
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'read:reports',
        refresh_token: expect.stringMatching(/^mmr_\w{68}$/),
      },
      {},
    ]);
  });

  test('gets an access token with Node', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'node');
    expect(lineOf(result)).toEqual({ code: 0, line: token, stderr: '' });
  });

  test('says why an exchange in Node is refused', async () => {
    const result = await runCommand(process.execPath, ['--input-type=module'], {
      env: { ...used().session.variables, CLIENT_SECRET: 'wrong' },
      input: codeOf(readPage(PAGE), 'node'),
    });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"error":"invalid_client"') });
  });

  testWith('python3', '--version')('gets an access token with Python', async () => {
    const result = await runAs('python3', ['-'], 'python');
    expect(lineOf(result)).toEqual({ code: 0, line: token, stderr: '' });
  });

  testWith('go', 'version')(
    'gets an access token with Go',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mintmark-go-'));
      writeFileSync(join(folder, 'main.go'), codeOf(readPage(PAGE), 'go'));
      const result = await runCommand('go', ['run', 'main.go'], { cwd: folder, env: used().session.variables });
      rmSync(folder, { recursive: true });
      expect(lineOf(result)).toEqual({ code: 0, line: token, stderr: '' });
    },
    GO_MILLISECONDS,
  );

  test('binds a token to a key, and calls an API with it', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'dpop');
    expect(lineOf(result)).toEqual({ code: 0, line: '{"reports":["2026 in numbers"]}', stderr: '' });
  });
});

function lineOf({ code, stdout, stderr }: CommandResult) {
  return { code, line: stdout.trim(), stderr };
}
