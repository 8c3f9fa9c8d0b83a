import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { isInstalled } from '#test/support/documents/installed.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const START_MILLISECONDS = 60_000;

/** The line that the banner asks a person to paste. */
function nextLineOf({ printed }: LocalMintmark): string {
  const [, line = ''] = /^ {2}(.*mintmark\.sh.*)$/m.exec(printed) ?? [];
  return line;
}

/** The shells of this machine into which people paste; every machine has the first. */
const shells = ['sh', 'bash', 'zsh'].filter((shell) => shell === 'sh' || isInstalled(shell));

describe('the banner of npm start', () => {
  let mintmark: LocalMintmark;

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
  }, START_MILLISECONDS);
  afterAll(() => mintmark.stop());

  test('says where Mintmark is, how the first member logs in, where mails and data are, how to stop it, and which line to paste next', () => {
    expect(
      mintmark.printed
        .replace(/\S+docs\/mintmark\.sh/, 'docs/mintmark.sh')
        .replace(/(?<=\/login\/link\?token=)[\w.-]{43,}$/m, 'TOKEN'),
    ).toBe(`Mintmark is ready at ${mintmark.url}

  people  open this link within ten minutes to log in: ${mintmark.url}/login/link?token=TOKEN
  mails   ${mintmark.url}/local/mail
  data    ./.mintmark, with the administrator's credentials in admin.json
  stop    Ctrl-C

Next, paste this line into another terminal, in the same folder:

  . docs/mintmark.sh && echo "You are the administrator of $MINTMARK"

`);
  });

  test.each(shells)(
    'has a line for %s that makes its reader the administrator, each time it is pasted',
    async (shell) => {
      const input = `${nextLineOf(mintmark)}\n`.repeat(2);
      expect(await runCommand(shell, [], { cwd: mintmark.folder, input })).toEqual({
        code: 0,
        stdout: `You are the administrator of ${mintmark.url}\n`.repeat(2),
        stderr: '',
      });
    },
  );
});

describe('the banner of npm start with a data folder elsewhere', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "mintmark's data "));
  let mintmark: LocalMintmark;

  beforeAll(async () => {
    mintmark = await startLocalMintmark(undefined, { MINTMARK_DATA: elsewhere });
  }, START_MILLISECONDS);
  afterAll(async () => {
    await mintmark.stop();
    rmSync(elsewhere, { recursive: true });
  });

  test('has a line that names this folder, also to the pages that are pasted after it', async () => {
    const input = `${nextLineOf(mintmark)}\nsh -c 'echo "$ADMIN_FILE"'\n`;
    expect(await runCommand('sh', [], { cwd: mintmark.folder, input })).toEqual({
      code: 0,
      stdout: `You are the administrator of ${mintmark.url}\n${elsewhere}/admin.json\n`,
      stderr: '',
    });
  });
});
