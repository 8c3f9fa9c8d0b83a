import { describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';
import { startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const PAGE = 'docs/run/https.md';

describe(PAGE, () => {
  const used = usePage(PAGE, {
    start: () => startLocalMintmark(undefined, { MINTMARK_HTTPS: 'on' }),
    leaveOut: ['start'],
  });

  test('starts with the setting that it names, and the banner says where the authority is', () => {
    const { printed, url, folder } = used().mintmark;
    expect(codeOf(readPage(PAGE), 'start')).toBe('MINTMARK_HTTPS=on npm start\n');
    expect(url).toMatch(/^https:\/\/localhost:\d+$/);
    expect(printed).toContain(
      `  trust   ./.mintmark/authority.pem, the authority of this server, which can vouch for this machine only:
          NODE_EXTRA_CA_CERTS='${folder}/.mintmark/authority.pem' for Node, curl --cacert '${folder}/.mintmark/authority.pem'\n`,
    );
  });

  test('exchanges with the helper, and reads the issuer with curl and with Node', () => {
    const { session, mintmark } = used();
    expect(['helper', 'curl', 'node'].map((name) => session.output(name))).toEqual([
      'read:reports\n',
      `${mintmark.url}\n`,
      `${mintmark.url}\n`,
    ]);
  });

  test('lets curl trust the authority for this Mintmark only', async () => {
    const { folder } = used().mintmark;
    const status = "-sS -o /dev/null -w '%{http_code} '";
    const input = `. ./docs/mintmark.sh
      curl ${status} "$MINTMARK/reports" && curl ${status} "https://127.0.0.1:\${MINTMARK##*:}/reports"`;
    expect(await runCommand('sh', [], { cwd: folder, input })).toEqual({
      code: 60,
      stdout: '401 000 ',
      stderr: expect.stringMatching(/^curl: \(60\) /),
    });
  });

  test('keeps the certificates that Node trusts already', async () => {
    const { folder } = used().mintmark;
    const input = '. ./docs/mintmark.sh > /dev/null; echo "$NODE_EXTRA_CA_CERTS"';
    const env = { NODE_EXTRA_CA_CERTS: `${folder}/.mintmark/authority.pem.of-the-company` };
    expect(await runCommand('sh', [], { cwd: folder, input, env })).toMatchObject({
      stdout: `${env.NODE_EXTRA_CA_CERTS}\n`,
    });
  });
});
