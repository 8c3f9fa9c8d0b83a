import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const helper = new URL('../../docs/mintmark.sh', import.meta.url).pathname;
const REPORTS =
  '{"identifier":"https://api.example.com/reports","name":"Reports","permissions":[{"value":"read:reports"}]}';
const NO_API = '/v1/apis/api_0000000000000000000001';

describe('docs/mintmark.sh', () => {
  let mintmark: LocalMintmark;

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
  });
  afterAll(() => mintmark.stop());

  /** Runs these lines after the helper was sourced, as one block whose lines end in `&&`. */
  const run = (lines: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCommand('sh', [], { cwd: mintmark.folder, env, input: [`. '${helper}'`, ...lines].join(' &&\n') });

  test('finds the running npm start, and prints the answer to a request', async () => {
    const { code, stdout, stderr } = await run(['echo "$MINTMARK"', 'mintmark GET /v1/tenants']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${mintmark.url}\n{"items":[]}\n`, stderr: '' });
  });

  test('finds the records that it made before, so that a page can be pasted twice', async () => {
    const make = [`find_or_make /v1/apis '${REPORTS}' | field id`];
    const [first, second] = [await run(make), await run(make)];
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^api_\w{22}\n$/), stderr: '' });
    expect(second).toEqual(first);
  });

  test('stops at the first failure, says what came back and what to do, and leaves the shell open', async () => {
    const { code, stdout, stderr } = await run([`ID=$(mintmark GET ${NO_API} | field id)`, 'echo never\necho open']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'open\n' });
    expect(stderr.split('\n')).toEqual([
      `Stopped: GET ${NO_API} answered 404`,
      expect.stringMatching(/^ {2}answer {2}\{"type":"about:blank","title":"not found","status":404,/),
      '  next    Check the ids in the path. Paste the page from its beginning.',
      '',
    ]);
  });

  test('prints a refusal that is expected, and stops if the request is not refused', async () => {
    expect(await run([`refused GET ${NO_API} | field code`])).toEqual({ code: 0, stdout: 'not_found\n', stderr: '' });
    const { code, stderr } = await run(['refused GET /v1/users', 'echo never']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Stopped: GET /v1/users answered 200'),
    });
  });

  test('stops if an answer lacks the member that is asked for', async () => {
    expect(await run(['mintmark GET /v1/tenants | field nextCursor'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Stopped: there is no nextCursor in this answer\n' +
        '  answer  {"items":[]}\n' +
        '  next    Paste the page from its beginning.\n',
    });
  });

  test('says what to do if nothing was started', async () => {
    expect(await run(['echo never'], { ADMIN_FILE: 'missing.json' })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Stopped: there is no file missing.json\n' +
        '  next    Run npm start in another terminal, and paste again in the same folder. Or set ADMIN_FILE.\n',
    });
  });

  test('says what to do if the administrator is refused', async () => {
    const refused = { issuer: mintmark.url, clientId: 'cli_1', clientSecret: 'mms_1' };
    writeFileSync(join(mintmark.folder, 'refused.json'), JSON.stringify(refused));
    const { code, stdout, stderr } = await run(['echo never'], { ADMIN_FILE: 'refused.json' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `Stopped: ${mintmark.url} gives no management token to the client of refused.json`,
      expect.stringMatching(/^ {2}answer {2}\{"error":"invalid_client",/),
      '  next    Run npm start once more, then paste again. For a deployment, make another administrator (docs/run/deploy.md).',
      '',
    ]);
  });

  test('says what to do if Mintmark does not answer', async () => {
    const unreachable = { issuer: 'http://127.0.0.1:9', clientId: 'cli_1', clientSecret: 'mms_1' };
    writeFileSync(join(mintmark.folder, 'unreachable.json'), JSON.stringify(unreachable));
    const { code, stdout, stderr } = await run(['echo never'], { ADMIN_FILE: 'unreachable.json' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      'Stopped: nothing answers at http://127.0.0.1:9\n' +
        '  next    Run npm start in another terminal, then paste again.\n',
    );
  });
});
