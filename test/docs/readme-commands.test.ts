import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HTTPS_AS_HTTP } from '#test/support/ask/https-as-http.ts';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { type ReadmeSession, runReadmeSession, SESSION_MILLISECONDS } from '#test/support/documents/readme-session.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const root = new URL('../..', import.meta.url).pathname;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const REPORTS = 'https://api.example.com/reports';
const token = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);

/** Go compiles the standard library the first time. */
const GO_MILLISECONDS = 180_000;

/** A test that needs a program which not every machine has; its name says so where it is left out. */
function testWith(program: string, versionFlag: string) {
  const isThere = spawnSync(program, [versionFlag]).status === 0;
  const note = isThere ? '' : ` (left out: there is no ${program} on this machine)`;
  return (name: string, run: () => Promise<void>, timeout?: number) => test.skipIf(!isThere)(name + note, run, timeout);
}

describe('what README.md says about getting a token', () => {
  let mintmark: LocalMintmark;
  let session: ReadmeSession;

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
    session = await runReadmeSession(mintmark, 'refresh');
  }, SESSION_MILLISECONDS);
  afterAll(() => mintmark.stop());

  /** Runs the code under this program, as somebody in that session would. */
  const runAs = (program: string, args: readonly string[], name: string): Promise<CommandResult> =>
    runCommand(program, args, { cwd: root, env: session.exported, input: codeOf(readme, name) });

  test('runs in a shell without a complaint', () => {
    expect(session.result).toMatchObject({ code: 0, stderr: '' });
  });

  test('makes an API token', () => {
    expect(JSON.parse(session.output('make-token'))).toMatchObject({ identifier: REPORTS, name: 'Reports' });
    expect(session.exported).toEqual({
      MINTMARK: mintmark.url,
      CLIENT_ID: expect.stringMatching(/^cli_\w{22}$/),
      CLIENT_SECRET: expect.stringMatching(/^mms_\w{52}$/),
      ACCESS_TOKEN: token,
    });
  });

  test('gets an access token with curl', () => {
    const answer = { access_token: token, token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' };
    expect(JSON.parse(session.output('curl'))).toEqual(answer);
  });

  test('introspects and revokes', () => {
    const { CLIENT_ID: client_id } = session.exported;
    expect(session.answers('introspect')).toEqual([
      expect.objectContaining({ active: true, aud: REPORTS, client_id, scope: 'read:reports' }),
      { active: false },
    ]);
  });

  test('goes on with refresh tokens, and ends their family', () => {
    expect(session.answers('refresh')).toEqual([
      expect.objectContaining({ identifier: REPORTS, allowRefreshTokens: true }),
      {
        access_token: token,
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'read:reports',
        refresh_token: expect.stringMatching(/^mmr_\w{68}$/),
      },
    ]);
  });

  test('gets an access token with Node', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'node');
    expect(lineOf(result)).toEqual({ code: 0, line: token, stderr: '' });
  });

  test('says why an exchange in Node is refused', async () => {
    const result = await runCommand(process.execPath, ['--input-type=module'], {
      env: { ...session.exported, CLIENT_SECRET: 'wrong' },
      input: codeOf(readme, 'node'),
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
      writeFileSync(join(folder, 'main.go'), codeOf(readme, 'go'));
      const result = await runCommand('go', ['run', 'main.go'], { cwd: folder, env: session.exported });
      rmSync(folder, { recursive: true });
      expect(lineOf(result)).toEqual({ code: 0, line: token, stderr: '' });
    },
    GO_MILLISECONDS,
  );

  test('binds a token to a key, and calls an API with it', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'dpop');
    expect(lineOf(result)).toEqual({ code: 0, line: '{"reports":["2026 in numbers"]}', stderr: '' });
  });

  test('verifies a token with jose', async () => {
    const result = await runAs(process.execPath, ['--input-type=module'], 'jose');
    expect(lineOf(result)).toEqual({ code: 0, line: 'true', stderr: '' });
  });

  test('verifies a token with aws-jwt-verify', async () => {
    const result = await runAs(process.execPath, ['--import', HTTPS_AS_HTTP, '--input-type=module'], 'aws-jwt-verify');
    expect(lineOf(result)).toEqual({ code: 0, line: session.exported.CLIENT_ID, stderr: '' });
  });

  test.each(['jose', 'aws-jwt-verify'])('refuses a changed token with %s', async (name) => {
    const { ACCESS_TOKEN = '' } = session.exported;
    const changed = ACCESS_TOKEN.replace(/\.(.)(?=[^.]*$)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`);
    const result = await runCommand(process.execPath, ['--import', HTTPS_AS_HTTP, '--input-type=module'], {
      cwd: root,
      env: { ...session.exported, ACCESS_TOKEN: changed },
      input: codeOf(readme, name),
    });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/signature/i) });
  });
});

function lineOf({ code, stdout, stderr }: CommandResult) {
  return { code, line: stdout.trim(), stderr };
}
