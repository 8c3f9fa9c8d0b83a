import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';
import { newLocalFolder, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const PAGE = 'docs/run/mutual-tls.md';
const granted = { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600, scope: 'read:reports' };

/** Mintmark reads the truststore when it starts, so the certificate is made before. */
async function startWithCertificate() {
  const folder = newLocalFolder();
  const made = await runCommand('sh', [], { cwd: folder, input: codeOf(readPage(PAGE), 'certificate') });
  if (made.code !== 0) throw new Error(made.stderr);
  return startLocalMintmark(folder, { MINTMARK_MTLS_PORT: '0' });
}

describe(PAGE, () => {
  const used = usePage(PAGE, {
    start: startWithCertificate,
    leaveOut: ['certificate', 'start'],
    /** `ts domain` is compiled and synthesized by `test/docs/run/app.test.ts`. */
    programs: ['ts domain'],
  });

  test('starts with the port that it names', () => {
    const { mintmark } = used();
    expect(codeOf(readPage(PAGE), 'start')).toMatch(/^MINTMARK_MTLS_PORT=8788 npm start\n$/);
    expect(mintmark.printed).toMatch(/https:\/\/localhost:\d+/);
    expect(mintmark.printed).toContain(join(mintmark.folder, '.mintmark', 'truststore'));
  });

  test('gets a token that is bound to the certificate, and none without a certificate', () => {
    expect(used().session.answers('token')).toEqual([
      expect.objectContaining({
        active: true,
        token_type: 'Bearer',
        cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) },
      }),
      expect.objectContaining({ error: 'invalid_request' }),
    ]);
  });

  test('uses the token with the certificate, and cannot use it without', () => {
    expect(used().session.answers('use')).toEqual([{ reports: ['2026 in numbers'] }, { message: 'Forbidden' }]);
  });

  test('recognises the client by its key, and not by a self-signed name', () => {
    expect(used().session.answers('recognise')).toEqual([
      granted,
      expect.objectContaining({ error: 'invalid_client' }),
    ]);
  });

  test('leaves the API as the other pages need it', () => {
    expect(used().session.answers('unbind')).toEqual([false]);
  });
});
