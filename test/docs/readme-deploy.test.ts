import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '#test/support/documents/markdown.ts';
import { type OperatorShell, openOperatorShell } from '#test/support/documents/operator-shell.ts';
import { readPage } from '#test/support/documents/page-session.ts';

const readme = readPage('README.md');

describe('the commands of README.md that take a network or an account', () => {
  let shell: OperatorShell;

  beforeAll(async () => {
    shell = await openOperatorShell();
  });
  afterAll(() => shell.close());

  test.each([
    ['try', ['npm ci', 'npm run demo']],
    ['start', ['npm start']],
    ['deploy-app', ['npm run bundle', 'npx cdk deploy --app node infra/reports.ts --outputs-file outputs.json']],
    ['deploy', ['npm run deploy -- --outputs-file outputs.json']],
    ['test', ['npm ci', 'npm test']],
  ])('"%s" calls the programs that the page names', async (name, calls) => {
    const result = { code: 0, stdout: '', stderr: '' };
    expect(await shell.run(codeOf(readme, name))).toEqual({ result, calls });
  });

  test.each(['Mintmark', 'Reports'])(
    '"bootstrap" invokes the function of the stack %s, and keeps its answer private',
    async (stack) => {
      const outputs = { [stack]: { BootstrapFunctionName: `${stack}-Bootstrap` } };
      writeFileSync(join(shell.folder, 'outputs.json'), JSON.stringify(outputs));
      expect(await shell.run(codeOf(readme, 'bootstrap'))).toEqual({
        result: { code: 0, stdout: '', stderr: '' },
        calls: [`aws lambda invoke --function-name ${stack}-Bootstrap admin.json`],
      });
      const file = join(shell.folder, 'admin.json');
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ issuer: shell.system.url });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );

  test('"try" and "test" are the commands of .ci/run from a clean installation', () => {
    const steps = [...readPage('.ci/run').matchAll(/^run (npm (?:run )?\w+)/gm)].map(([, step]) => step);
    expect(steps).toEqual(expect.arrayContaining(['npm ci', 'npm run demo', 'npm test']));
  });

  test('"deploy" hands the options behind "npm run deploy --" to cdk', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    expect(scripts.deploy).toMatch(/&& cdk deploy$/);
  });
});
