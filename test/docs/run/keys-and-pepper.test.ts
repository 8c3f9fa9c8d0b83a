import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '#test/support/documents/markdown.ts';
import { type OperatorShell, openOperatorShell } from '#test/support/documents/operator-shell.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/run/keys-and-pepper.md';
const block = (name: string) => codeOf(readPage(PAGE), name);

describe(PAGE, () => {
  const used = usePage(PAGE, { leaveOut: ['rotate-pepper', 'finish-pepper'] });

  test('shows the signing keys, and lets the next key take over', () => {
    const active = expect.objectContaining({ algorithm: 'RS256', custody: 'kms', state: 'active' });
    const shown = expect.objectContaining({ items: expect.arrayContaining([active]) });
    expect(used().session.answers('signing-keys')).toEqual([shown, shown]);
  });
});

describe('the pepper commands of docs/run/keys-and-pepper.md', () => {
  let shell: OperatorShell;

  beforeAll(async () => {
    shell = await openOperatorShell();
    const outputs = '{"Mintmark":{"RotatePepperFunctionName":"Mintmark-RotatePepper"}}';
    writeFileSync(join(shell.folder, 'outputs.json'), outputs);
    await shell.system.bootstrap();
  });
  afterAll(() => shell.close());

  test('replace the pepper, and finish the replacement', async () => {
    const answer = () => JSON.parse(readFileSync(join(shell.folder, 'pepper.json'), 'utf8'));
    const rotated = await shell.run(block('rotate-pepper'));
    expect([rotated.result.code, answer()]).toEqual([0, { createdAt: expect.any(String), overlapping: 1 }]);
    const { createdAt } = answer();

    const finished = await shell.run(block('rotate-pepper'), block('finish-pepper'));
    expect(finished.calls).toEqual([
      'aws lambda invoke --function-name Mintmark-RotatePepper pepper.json',
      'aws lambda invoke --function-name Mintmark-RotatePepper --cli-binary-format raw-in-base64-out' +
        ' --payload {"finish":true} pepper.json',
    ]);
    expect(answer()).toEqual({ createdAt: expect.any(String), overlapping: 0 });
    expect(Date.parse(answer().createdAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  });
});
