import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { type LocalMintmark, newLocalFolder, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const guide = readFileSync(new URL('../../docs/mutual-tls.md', import.meta.url), 'utf8');
const BLOCKS = ['aliases', 'api', 'token', 'use', 'recognise'] as const;

/** Mutual TLS as somebody tries it who pastes what docs/mutual-tls.md says. */
describe('docs/mutual-tls.md', () => {
  let mintmark: LocalMintmark;
  let made: CommandResult;
  let pasted: CommandResult;

  beforeAll(async () => {
    const folder = newLocalFolder();
    made = await runCommand('sh', [], { cwd: folder, input: codeOf(guide, 'certificate') });
    mintmark = await startLocalMintmark(folder, { MINTMARK_MTLS_PORT: '0' });
    const input = BLOCKS.map((name) => `${codeOf(guide, name)}\nprintf '\\0'\n`).join('');
    pasted = await runCommand('sh', [], { cwd: folder, env: { MINTMARK: mintmark.url }, input });
  });
  afterAll(() => mintmark.stop());

  /** What a block printed, one JSON value for each line. */
  const answers = (name: (typeof BLOCKS)[number]) => {
    const output = pasted.stdout.split('\0')[BLOCKS.indexOf(name)] ?? '';
    return output
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line));
  };

  test('makes a certificate and starts with the port that it names', () => {
    expect(made.code).toBe(0);
    expect(codeOf(guide, 'start')).toMatch(/^MINTMARK_MTLS_PORT=8788 npm start\n$/);
    expect(mintmark.printed).toMatch(/^By mutual TLS it is ready at https:\/\/127\.0\.0\.1:\d+$/m);
    expect(mintmark.printed).toContain(join(mintmark.folder, '.mintmark', 'truststore'));
  });

  test('runs in a shell without a complaint', () => {
    expect(pasted).toMatchObject({ code: 0, stderr: '' });
  });

  test('gets a token that is bound to the certificate, and none without one', () => {
    expect(answers('token')).toEqual([
      expect.objectContaining({
        active: true,
        token_type: 'Bearer',
        cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) },
      }),
      expect.objectContaining({ error: 'invalid_request' }),
    ]);
  });

  test('recognises the client by its key, and by no name of its own making', () => {
    const granted = {
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'read:reports',
    };
    expect(answers('recognise')).toEqual([granted, expect.objectContaining({ error: 'invalid_client' })]);
  });

  test('uses it with the certificate, and cannot without', () => {
    expect(answers('use')).toEqual([{ reports: ['2026 in numbers'] }, { message: 'Forbidden' }]);
  });
});
