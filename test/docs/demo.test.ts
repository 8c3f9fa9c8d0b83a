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
  'reader: GET /reports',
  'reader: POST /reports',
  'writer: POST /reports',
  'reader: GET /rest/reports',
  'reader: POST /rest/reports',
  'manager: token for a reader',
  'manager: token for a writer',
  'make a key',
  'exchange what it signed',
  'signer: GET /reports',
  'exchange the same again',
  'delete the key',
  'exchange what it signs now',
  'signer: GET /reports',
  'rotate the secret',
  'exchange with the old secret',
  'exchange with the new secret',
  'finish the rotation',
  'exchange with the old secret',
  'introspect',
  'revoke',
  'introspect again',
  'writer: GET /reports',
  'writer: GET /rest/reports',
  'delete the tenant token',
  'exchange it again',
  'stop',
];

/** It takes three seconds on a machine that has nothing else to do. */
const DEMO_MILLISECONDS = 60_000;

describe('the demo', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'mintmark-demo-test-'));
  let result: CommandResult;
  let lines: readonly string[];

  beforeAll(async () => {
    const elsewhere = { AWS_PROFILE: 'nobody', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
    result = await runCommand(process.execPath, [demo], { env: { ...elsewhere, TMPDIR: temporary } });
    lines = result.stdout.split('\n').filter((line) => /^[ \d]\d {2}/.test(line));
  }, DEMO_MILLISECONDS);
  afterAll(() => rmSync(temporary, { recursive: true }));

  test('succeeds, wherever the environment points to, and complains about nothing', () => {
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  test('tells every step in one line', () => {
    const told = lines.map((line) => line.slice(4, 32).trim());
    expect(told).toEqual(STEPS);
    expect(result.stdout).toMatch(/\n\n43 steps, all as expected, in \d+\.\d s\.\n$/);
  });

  test('aligns numbers and times to the right', () => {
    expect(lines.map((line) => line.slice(0, 4))).toEqual(STEPS.map((_, index) => `${index + 1}  `.padStart(4)));
    expect(lines.filter((line) => line.length !== 80 || !/ \d+ ms$/.test(line))).toEqual([]);
  });

  test('prints what README.md shows, but for ids, ports and times', () => {
    expect(withoutChance(result.stdout)).toBe(withoutChance(codeOf(readme, 'demo')));
  });

  test('writes no colours into a pipe', () => {
    expect(result.stdout).toBe(stripVTControlCharacters(result.stdout));
  });

  test('shows no secret and no token in full', () => {
    const shown = result.stdout.match(/(?:mms_|eyJ)\S*/g) ?? [];
    expect(shown).toHaveLength(14);
    expect(shown.filter((credential) => !/^[\w-]{10}…,?$/.test(credential))).toEqual([]);
  });

  test('leaves nothing behind', () => {
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('says what is wrong where it cannot begin', async () => {
    const failed = await runCommand(process.execPath, [demo], { env: { TMPDIR: join(temporary, 'missing') } });
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^The demo could not run\. ENOENT: .*mintmark-demo-/);
  });
});

describe('a story', () => {
  const secret = `mms_${'a1'.repeat(26)}`;
  const succeed: Step<object> = { name: 'go on', run: async () => `with ${secret}` };
  const differ: Step<object> = {
    name: 'compare',
    run: async () => {
      strictEqual(`401 ${secret}`, '200');
      return 'never';
    },
  };
  const crash: Step<object> = { name: 'call', run: () => Promise.reject(new TypeError(`no answer to ${secret}`)) };

  async function told(...steps: readonly Step<object>[]) {
    const printed: string[] = [];
    const isTrue = await tell(steps, {}, (line) => printed.push(stripVTControlCharacters(line)));
    return { isTrue, text: printed.join('\n') };
  }

  test('ends with the first step that fails, and says what was expected and what came', async () => {
    const { isTrue, text } = await told(succeed, differ, succeed);
    expect(isTrue).toBe(false);
    expect(text.replaceAll(/ +\d+ ms/g, '')).toBe(
      [
        ' 1  go on                         with mms_a1a1a1…',
        ' 2  compare                       failed',
        '',
        'Step 2 failed: compare',
        '  expected  200',
        '  came      401 mms_a1a1a1…',
      ].join('\n'),
    );
  });

  test('says which error came where none was expected, without the secret in it', async () => {
    const { isTrue, text } = await told(crash);
    expect(isTrue).toBe(false);
    expect(text).toContain(
      'Step 1 failed: call\n  expected  no error\n  came      TypeError: no answer to mms_a1a1a1…\n',
    );
    expect(text).not.toContain(secret);
  });
});

function withoutChance(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:0')
    .replaceAll(/\b(\w{3})_[0-9A-Za-z]{22}/g, '$1_')
    .replaceAll(/\b(mms_|eyJ)[\w-]*…/g, '$1…')
    .replaceAll(/\d+ ms|\d+\.\d s/g, '0')
    .replaceAll(/ +/g, ' ');
}
