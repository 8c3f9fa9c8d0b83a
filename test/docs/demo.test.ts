import { strictEqual } from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Step, tell } from '#infra/local/demo/tell.ts';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';

const demo = new URL('../../infra/local/demo.ts', import.meta.url).pathname;
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const STEPS = [
  'start on free ports',
  'bootstrap the workspace',
  'get a management token',
  'register an API',
  'make three roles',
  'make a tenant',
  'make a user, a member',
  'make a tenant token',
  'make a personal token',
  'make a manager token',
  'make a service user',
  'exchange the tenant token',
  'exchange the personal token',
  'exchange the manager token',
  'exchange as service user',
  'verify with jose and JWKS',
  'writer: POST /reports',
  'reader: GET /reports',
  'reader: POST /reports',
  'reader: GET /rest/reports',
  'reader: POST /rest/reports',
  'manager: token for a reader',
  'manager: token for a writer',
  'make a key',
  'exchange a signed assertion',
  'signer: GET /reports',
  'exchange the assertion again',
  'delete the key',
  'exchange a new assertion',
  'signer: GET /reports',
  'rotate the secret',
  'exchange with the old secret',
  'exchange with the new secret',
  'finish the rotation',
  'exchange with the old secret',
  'register an application',
  'let it ask users',
  'make Ada a writer',
  'send Ada to Mintmark',
  'Ada: log in by a code',
  'Ada: allow a part',
  'application: trade the code',
  'application: verify ID token',
  'application: GET userinfo',
  'application: GET /reports',
  'application: POST /reports',
  'application: refresh',
  'Ada: withdraw the consent',
  'application: GET /reports',
  'application: refresh again',
  'introspect',
  'revoke',
  'introspect again',
  'writer: GET /reports',
  'writer: GET /rest/reports',
  'delete the tenant token',
  'exchange it again',
  'stop',
];

const HEADLINES = [
  'start Mintmark',
  'register an API',
  'make a tenant',
  'make an API token for it',
  'get an access token for it',
  'verify a token with jose',
  'POST /reports as a writer',
  'POST /reports as a reader',
  'register an application',
  'Ada logs in by a code',
  'Ada allows a part',
  'trade her answer for tokens',
  'GET /reports for Ada',
  'Ada withdraws her consent',
  'GET /reports for Ada',
  "revoke the writer's token",
  'GET /reports as the writer',
  'use the deleted API token',
  'stop',
];

/** The demo takes three seconds on a machine that has nothing else to do. */
const DEMO_MILLISECONDS = 60_000;

const temporary = mkdtempSync(join(tmpdir(), 'mintmark-demo-test-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Runs the demo in an environment that points elsewhere. */
function runDemo(...args: readonly string[]): Promise<CommandResult> {
  const elsewhere = { AWS_PROFILE: 'nobody', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
  return runCommand(process.execPath, [demo, ...args], { env: { ...elsewhere, TMPDIR: temporary } });
}

let short: CommandResult;
let verbose: CommandResult;
beforeAll(async () => {
  short = await runDemo();
  verbose = await runDemo('--verbose');
}, 2 * DEMO_MILLISECONDS);

describe.each([
  {
    telling: 'the demo',
    resultOf: () => short,
    titles: HEADLINES,
    hint: 'See them all: npm run demo -- --verbose\n',
    credentials: 3,
  },
  { telling: 'the verbose demo', resultOf: () => verbose, titles: STEPS, hint: '', credentials: 16 },
])('$telling', ({ resultOf, titles, hint, credentials }) => {
  const lines = () =>
    resultOf()
      .stdout.split('\n')
      .filter((line) => /^[ \d]\d {2}/.test(line));

  test('succeeds, in any environment, and complains about nothing', () => {
    expect(resultOf()).toMatchObject({ code: 0, stderr: '' });
  });

  test('tells its story line by line, and counts every step', () => {
    expect(lines().map((line) => line.slice(4).split('  ', 1)[0])).toEqual(titles);
    const [, end] = resultOf().stdout.split('\n\n');
    expect(end?.replace(/\d+\.\d s/, '0 s')).toBe(`58 steps, all as expected, in 0 s.\n${hint}`);
  });

  test('numbers its lines, none of which is wider than a terminal', () => {
    expect(lines().map((line) => line.slice(0, 4))).toEqual(titles.map((_, index) => `${index + 1}  `.padStart(4)));
    expect(lines().filter((line) => line.length > 80)).toEqual([]);
  });

  test('writes no colours into a pipe', () => {
    expect(resultOf().stdout).toBe(stripVTControlCharacters(resultOf().stdout));
  });

  test('shows no secret and no token in full', () => {
    const shown = resultOf().stdout.match(/(?:mms_|eyJ)\S*/g) ?? [];
    expect(shown).toHaveLength(credentials);
    expect(shown.filter((credential) => !/^[\w-]{10}…,?$/.test(credential))).toEqual([]);
  });

  test('leaves nothing behind', () => {
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('the demo', () => {
  test('says of each verbose step how long it took, aligned to the right', () => {
    const lines = verbose.stdout.split('\n').slice(0, STEPS.length);
    expect(lines.filter((line) => line.length !== 80 || !/ \d+ ms$/.test(line))).toEqual([]);
  });

  test('prints the same as README.md, except for ids, ports and times', () => {
    expect(withoutChance(short.stdout)).toBe(withoutChance(codeOf(readme, 'demo')));
  });

  test('says what is wrong if it cannot begin', async () => {
    const failed = await runCommand(process.execPath, [demo], { env: { TMPDIR: join(temporary, 'missing') } });
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^The demo could not run\. ENOENT: .*mintmark-demo-/);
  });

  test('ends without a stack trace if the reader of its output has gone', async () => {
    const command = `'${process.execPath}' '${demo}' | head -n 1`;
    expect(await runCommand('sh', ['-c', command], { env: { TMPDIR: temporary } })).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^ 1 {2}start Mintmark .*\n$/),
      stderr: '',
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('refuses an argument that it does not know', async () => {
    const refused = "The demo could not run. Unknown option '--verbos'\n";
    expect(await runDemo('--verbos')).toEqual({ code: 1, stdout: '', stderr: refused });
  });
});

describe('a story', () => {
  const secret = `mms_${'a1'.repeat(26)}`;
  const succeed: Step<object> = { name: 'go on', headline: 'go', run: async () => `with ${secret}` };
  const silent: Step<object> = { name: 'prepare', run: async () => 'silently' };
  const differ: Step<object> = {
    name: 'compare',
    run: async () => {
      strictEqual(`401 ${secret}`, '200');
      return 'never';
    },
  };
  const crash: Step<object> = { name: 'call', run: () => Promise.reject(new TypeError(`no answer to ${secret}`)) };

  /** What a telling wrote, without colours and times. */
  async function told(steps: readonly Step<object>[], isVerbose: boolean) {
    const written: string[] = [];
    const isTrue = await tell(steps, {}, { write: (text) => written.push(text), isVerbose });
    return { isTrue, text: stripVTControlCharacters(written.join('')).replaceAll(/ +\d+ ms/g, '') };
  }

  test('ends with the first step that fails, and says what was expected and what came', async () => {
    expect(await told([succeed, differ, succeed], true)).toEqual({
      isTrue: false,
      text: [
        ' 1  go on    with mms_a1a1a1…',
        ' 2  compare  failed',
        '',
        'This step failed: compare',
        '  expected  200',
        '  actual    401 mms_a1a1a1…',
        '',
      ].join('\n'),
    });
  });

  test('names the step that fails, even if the line has the headline of a later step', async () => {
    expect(await told([succeed, silent, differ, succeed], false)).toEqual({
      isTrue: false,
      text: expect.stringMatching(/^ 1 {2}go +with .*\n 2 {2}go +failed\n\nThis step failed: compare\n/),
    });
  });

  test('prints the last step in every case', async () => {
    const { isTrue, text } = await told([succeed, silent], false);
    expect(isTrue).toBe(true);
    expect(text).toMatch(/^ 1 {2}go +with .*\n 2 {2}prepare +silently\n\n2 steps, all as expected/);
  });

  test('says which error came if none was expected, without the secret in it', async () => {
    const { isTrue, text } = await told([crash], true);
    expect(isTrue).toBe(false);
    expect(text).toContain(
      'This step failed: call\n  expected  no error\n  actual    TypeError: no answer to mms_a1a1a1…\n',
    );
    expect(text).not.toContain(secret);
  });
});

function withoutChance(text: string): string {
  return text
    .replaceAll(/localhost:\d+/g, 'localhost:0')
    .replaceAll(/\b(\w{3})_[0-9A-Za-z]{22}/g, '$1_')
    .replaceAll(/\b(mms_|eyJ)[\w-]*…/g, '$1…')
    .replaceAll(/\d+ ms|\d+\.\d s/g, '0')
    .replaceAll(/ +/g, ' ');
}
