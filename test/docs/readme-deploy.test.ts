import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CDK_MILLISECONDS, type CdkProgram, runCdkProgram } from '#test/support/documents/cdk-program.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { makeStandIns } from '#test/support/documents/stand-ins.ts';

const readme = readPage('README.md');

/** Answers what the bootstrap function of a deployment answers, into the file that is named last. */
const AWS = 'for last; do :; done\necho \'{"clientId":"cli_1"}\' > "$last"\n';

describe('the commands of README.md that take a network or an account', () => {
  const standIns = makeStandIns({ aws: AWS });
  afterAll(() => standIns.remove());

  test.each([
    ['try', ['npm ci', 'npm run demo']],
    ['start', ['npm start']],
    ['deploy-app', ['npm run bundle', 'npx cdk deploy --app node infra/reports.ts --outputs-file outputs.json']],
    ['deploy', ['npm run deploy -- --outputs-file outputs.json']],
    ['test', ['npm ci', 'npm test']],
  ])('"%s" calls what it says', async (name, calls) => {
    const result = { code: 0, stdout: '', stderr: '' };
    expect(await standIns.run(codeOf(readme, name))).toEqual({ result, calls });
  });

  test.each(['Mintmark', 'Reports'])(
    '"bootstrap" invokes the function of the stack %s and keeps its answer private',
    async (stack) => {
      const outputs = { [stack]: { BootstrapFunctionName: `${stack}-Bootstrap` } };
      writeFileSync(join(standIns.folder, 'outputs.json'), JSON.stringify(outputs));
      expect(await standIns.run(codeOf(readme, 'bootstrap'))).toEqual({
        result: { code: 0, stdout: '', stderr: '' },
        calls: [`aws lambda invoke --function-name ${stack}-Bootstrap admin.json`],
      });
      const file = join(standIns.folder, 'admin.json');
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ clientId: 'cli_1' });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );

  test('"try" and "test" are what .ci/run does from a clean installation', () => {
    const steps = [...readPage('.ci/run').matchAll(/^run (npm (?:run )?\w+)/gm)].map(([, step]) => step);
    expect(steps).toEqual(expect.arrayContaining(['npm ci', 'npm run demo', 'npm test']));
  });

  test('"deploy" hands the options behind "npm run deploy --" to cdk', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    expect(scripts.deploy).toMatch(/&& cdk deploy$/);
  });
});

describe('the Lambda of README.md behind API Gateway', () => {
  let program: CdkProgram;

  beforeAll(async () => {
    program = await runCdkProgram(codeOf(readme, 'app'));
  }, CDK_MILLISECONDS);
  afterAll(() => program.remove());

  test(
    'has no type errors',
    async () => {
      expect(await program.check()).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    CDK_MILLISECONDS,
  );

  test('is reached through the authorizer only', () => {
    const routes = program.properties('Reports', 'AWS::ApiGatewayV2::Route');
    expect(routes.filter(({ RouteKey }) => RouteKey === 'GET /reports')).toEqual([
      expect.objectContaining({ AuthorizationType: 'CUSTOM', AuthorizerId: expect.anything() }),
    ]);
  });

  test('tells the authorizer which permission the route needs', () => {
    const rules = program.properties('Reports', 'AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { Variables } = (Environment ?? {}) as { readonly Variables?: Record<string, string> };
      return Variables?.MINTMARK_PROTECTED_API ?? [];
    });
    expect(rules.map((text) => JSON.parse(text))).toEqual([
      { audience: 'https://api.example.com/reports', mode: 'online', routes: { 'GET /reports': 'read:reports' } },
    ]);
  });
});
