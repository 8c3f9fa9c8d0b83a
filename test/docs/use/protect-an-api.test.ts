import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { HTTPS_AS_HTTP } from '#test/support/ask/https-as-http.ts';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/protect-an-api.md';
const REPORTS = 'https://api.example.com/reports';
const root = new URL('../../..', import.meta.url).pathname;
const issued = { access_token: expect.stringMatching(/^eyJ/), token_type: 'Bearer', scope: 'read:reports' };

/** `ts jwt-authorizer` is compiled and synthesized by `test/docs/run/deploy.test.ts`. */
const PROGRAMS = ['js jose', 'js aws-jwt-verify', 'ts jwt-authorizer'];

describe(PAGE, () => {
  const used = usePage(PAGE, {
    programs: PROGRAMS,
    read: ['MINTMARK', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN', 'API_ID'],
  });

  /** Runs a program of the page against https, as in a deployment, with another token if there is one. */
  const verifyWith = (name: string, changes: Readonly<Record<string, string>> = {}): Promise<CommandResult> =>
    runCommand(process.execPath, ['--import', HTTPS_AS_HTTP, '--input-type=module'], {
      cwd: root,
      env: { ...used().session.variables, ...changes },
      input: codeOf(readPage(PAGE), name),
    });

  test.each([
    ['jose', () => 'true'],
    ['aws-jwt-verify', () => used().session.variables.CLIENT_ID],
  ])('verifies a token with %s', async (name, line) => {
    expect(await verifyWith(name)).toEqual({ code: 0, stdout: `${line()}\n`, stderr: '' });
  });

  test.each(['jose', 'aws-jwt-verify'])('refuses a changed token with %s', async (name) => {
    const { ACCESS_TOKEN = '' } = used().session.variables;
    const changed = ACCESS_TOKEN.replace(/\.(.)(?=[^.]*$)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`);
    const result = await verifyWith(name, { ACCESS_TOKEN: changed });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/signature/i) });
  });

  test('Sound 9: tells the readers of every program, and of ALB, to check the audience', () => {
    const page = readPage(PAGE);
    const programs = PROGRAMS.map((program) => codeOf(page, program.split(' ')[1] ?? ''));
    expect(programs.map((code) => code.includes(REPORTS))).toEqual(PROGRAMS.map(() => true));
    expect(page).toMatch(/^\| ALB .*, and always `aud` with the identifier of the API/m);
  });

  test('grants an application a permission at an API', () => {
    expect(used().session.answers('application')).toEqual([
      {
        id: expect.stringMatching(/^grn_\w{22}$/),
        clientId: expect.stringMatching(/^cli_\w{22}$/),
        apiId: used().session.variables.API_ID,
        for: 'client',
        permissions: ['read:reports'],
        createdAt: expect.any(String),
        version: expect.any(Number),
      },
    ]);
  });

  test("tells the API's own client what a token permits", () => {
    const { CLIENT_ID: client_id } = used().session.variables;
    const [answer] = used().session.answers('introspect-as-api');
    expect(answer).toMatchObject({ active: true, aud: REPORTS, client_id, scope: 'read:reports' });
  });

  test('exchanges a token, as an API that was called with it', () => {
    type Answers = [{ clientId: string }, { access_token: string }];
    const [{ clientId }, answer] = used().session.answers('token-exchange') as unknown as Answers;
    expect(answer).toMatchObject({ ...issued, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    const act = { sub: clientId, client_id: clientId };
    const subject = used().session.variables.CLIENT_ID;
    expect(decodeJwt(answer.access_token)).toMatchObject({ sub: subject, client_id: clientId, act });
  });

  test('shows how to verify tokens of an API, and tries it', () => {
    const output = used().session.output('quickstart');
    expect(output).toContain("import { createRemoteJWKSet, jwtVerify } from 'jose';");
    const tried = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    expect(tried).toMatchObject({ tokenResponse: { ...issued, expires_in: 60 }, claims: { aud: REPORTS } });
  });

  test('lets a verifier refuse a revoked token by the status list alone', async () => {
    expect(used().session.answers('status-list')).toEqual([
      expect.objectContaining({ identifier: REPORTS, statusList: true }),
    ]);
    const [token, revoked] = [await issue(), await issue()];
    await post('/oauth/revoke', { token: revoked });
    expect(await verifyByList(token)).toEqual({
      code: 0,
      stdout: `${used().session.variables.CLIENT_ID}\n`,
      stderr: '',
    });
    expect(await verifyByList(revoked)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Error'),
    });
  });

  /** Posts a form to an OAuth endpoint, as the client of the session. */
  function post(path: string, form: Record<string, string>): Promise<Response> {
    const { CLIENT_ID, CLIENT_SECRET } = used().session.variables;
    const headers = { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` };
    return fetch(used().mintmark.url + path, { method: 'POST', headers, body: new URLSearchParams(form) });
  }

  async function issue(): Promise<string> {
    const answer = await post('/oauth/token', { grant_type: 'client_credentials', audience: REPORTS });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** Runs the program that the page wrote to `verify.mjs`. */
  function verifyByList(ACCESS_TOKEN: string): Promise<CommandResult> {
    const program = readFileSync(join(used().mintmark.folder, 'verify.mjs'), 'utf8');
    return runCommand(process.execPath, ['--input-type=module'], {
      cwd: root,
      env: { ACCESS_TOKEN },
      input: `${program}\nconsole.log((await verifyAccessToken(process.env.ACCESS_TOKEN)).client_id);`,
    });
  }
});
