import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, firstColumn } from '#test/support/documents/markdown.ts';
import { type OperatorShell, openOperatorShell } from '#test/support/documents/operator-shell.ts';
import { blockNames, readPage } from '#test/support/documents/page-session.ts';
import { synthesize } from '../../infra/synthesize.ts';

const PAGE = 'docs/run/deploy.md';
const block = (name: string) => codeOf(readPage(PAGE), name);

describe(PAGE, () => {
  let shell: OperatorShell;

  beforeAll(async () => {
    shell = await openOperatorShell();
    writeFileSync(join(shell.folder, 'outputs.json'), '{"Mintmark":{"BootstrapFunctionName":"Mintmark-Bootstrap"}}');
  });
  afterAll(() => shell.close());

  const administrator = () => JSON.parse(readFileSync(join(shell.folder, 'admin.json'), 'utf8'));

  /** `ts app` and `ts event-rule` are compiled and synthesized by `test/docs/run/app.test.ts`. */
  test('has only blocks that a test runs or compares', () => {
    expect(blockNames(PAGE)).toEqual([
      'sh deploy',
      'sh bootstrap',
      'sh another-administrator',
      'sh first-member',
      'ts app',
      'sh deploy-app',
      'ts event-rule',
    ]);
  });

  test.each([
    ['deploy', ['npm ci', 'npm run deploy -- --outputs-file outputs.json']],
    ['deploy-app', ['npm run bundle', 'npx cdk deploy --app node infra/reports.ts']],
  ])('"%s" calls the programs that the page names', async (name, expected) => {
    const { result, calls } = await shell.run(block(name));
    expect({ ...result, calls }).toEqual({ code: 0, stdout: '', stderr: '', calls: expected });
  });

  test('gives cdk deploy the words behind "npm run deploy --"', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    expect(scripts.deploy).toMatch(/&& cdk deploy$/);
  });

  test('makes the first administrator, and another administrator', async () => {
    const made = {
      issuer: shell.system.url,
      clientId: expect.stringMatching(/^cli_\w{22}$/),
      clientSecret: expect.stringMatching(/^mms_\w{52}$/),
    };

    const first = await shell.run(block('bootstrap'));
    expect(first).toEqual({
      result: { code: 0, stdout: '', stderr: '' },
      calls: ['aws lambda invoke --function-name Mintmark-Bootstrap admin.json'],
    });
    expect(administrator()).toEqual(made);
    expect(statSync(join(shell.folder, 'admin.json')).mode & 0o777).toBe(0o600);
    const { clientId } = administrator();

    const again = await shell.run(block('bootstrap'));
    expect(again.result.code).toBe(0);
    expect(administrator()).toEqual({ issuer: shell.system.url, clientId });

    rmSync(join(shell.folder, 'admin.json'));
    const another = await shell.run('FUNCTION=Mintmark-Bootstrap', block('another-administrator'));
    expect(another.calls[0]).toBe(
      'aws lambda invoke --function-name Mintmark-Bootstrap --cli-binary-format raw-in-base64-out' +
        ' --payload {"newAdministrator":true} admin.json',
    );
    expect(administrator()).toEqual(made);
    expect(administrator().clientId).not.toBe(clientId);
    expect(statSync(join(shell.folder, 'admin.json')).mode & 0o777).toBe(0o600);
  });

  test('lets the first person in by a link that works once, and makes a new link for somebody who is locked out', async () => {
    const run = () => shell.run('FUNCTION=Mintmark-Bootstrap', block('first-member'));
    const link = new RegExp(`^${shell.system.url}/login/link\\?token=[\\w.-]{43,}\n$`);
    const first = (await run()).result;
    expect(first).toEqual({ code: 0, stdout: expect.stringMatching(link), stderr: '' });
    expect(statSync(join(shell.folder, 'member.json')).mode & 0o777).toBe(0o600);
    const again = (await run()).result;
    expect(again.stdout).not.toBe(first.stdout);
    const statusOf = async ({ stdout }: { readonly stdout: string }) => (await fetch(stdout.trim())).status;
    expect([await statusOf(first), await statusOf(again)]).toEqual([410, 200]);
  });

  test('lets the newest administrator delete the administrator before it, and not itself', async () => {
    const before = await shell.system.bootstrap({ newAdministrator: true });
    const newest = await shell.system.bootstrap({ newAdministrator: true });
    const headers = { authorization: `Basic ${btoa(`${newest.clientId}:${newest.clientSecret}`)}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const answer = await fetch(`${shell.system.url}/oauth/token`, { method: 'POST', headers, body });
    const { access_token } = (await answer.json()) as { access_token: string };

    const remove = async ({ clientId }: { readonly clientId: string }) => {
      const init = { method: 'DELETE', headers: { authorization: `Bearer ${access_token}` } };
      return (await fetch(`${shell.system.url}/v1/applications/${clientId}`, init)).status;
    };
    expect([await remove(before), await remove(newest)]).toEqual([204, 409]);
  });

  test('lists the outputs of the stack', () => {
    const { template } = synthesize({ customDomain: undefined });
    const always = Object.keys(template.findOutputs('*'));
    expect(firstColumn(readPage(PAGE), 'output').toSorted()).toEqual(
      [...always, 'DomainTarget', 'MutualTlsDomainTarget'].toSorted(),
    );
  });
});
