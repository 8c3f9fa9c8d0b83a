import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type System, startSystem } from '#infra/local/system.ts';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { codeOf, firstColumn } from '#test/support/documents/markdown.ts';
import { synthesize } from '../infra/synthesize.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');

/** Stands in for a tool that would need an account or a network: it writes down how it was called. */
const RECORDER = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n';

/** Invokes the real function of this name, with the payload or without one, and leaves the answer where AWS's tool would. */
const AWS = `${RECORDER}
for last; do
  [ "$previous" = --payload ] && payload=$last
  [ "$previous" = --function-name ] && name=$last
  previous=$last
done
curl -s "$FUNCTIONS/$name" -d "\${payload:-null}" > "$last"
`;

describe('what README.md says about trying and deploying', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-readme-'));
  let system: System;
  let server: Server;

  beforeAll(async () => {
    system = await startSystem();
    server = createServer((request, response) => void invokeFunction(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mkdirSync(join(folder, 'bin'));
    for (const [tool, script] of Object.entries({ npm: RECORDER, npx: RECORDER, aws: AWS })) {
      writeFileSync(join(folder, 'bin', tool), script);
      chmodSync(join(folder, 'bin', tool), 0o755);
    }
  });
  afterAll(async () => {
    server.close();
    await system.close();
    rmSync(folder, { recursive: true });
  });

  async function invokeFunction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const event = ((await json(request)) ?? {}) as object;
    const invoke = request.url?.endsWith('RotatePepper') === true ? system.rotatePepper : system.bootstrap;
    response.end(JSON.stringify(await invoke(event)));
  }

  /** Runs blocks in one shell with the stand-ins in front; answers how these were called. */
  async function run(...names: readonly string[]): Promise<{ result: CommandResult; calls: readonly string[] }> {
    const calls = join(folder, 'calls');
    writeFileSync(calls, '');
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      CALLS: calls,
      FUNCTIONS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const input = names.map((name) => codeOf(readme, name)).join('\n');
    const result = await runCommand('sh', [], { cwd: folder, env, input });
    return { result, calls: readFileSync(calls, 'utf8').trim().split('\n') };
  }

  test.each([
    ['try', ['npm ci', 'npm run demo']],
    ['test', ['npm ci', 'npm test']],
    ['start', ['npm start']],
    ['deploy', ['npm ci', 'npm run deploy -- --outputs-file outputs.json']],
    ['deploy-app', ['npm run bundle', 'npx cdk deploy --app node infra/reports.ts']],
  ])('"%s" calls what it says', async (name, expected) => {
    const { result, calls } = await run(name);
    expect({ ...result, calls }).toEqual({ code: 0, stdout: '', stderr: '', calls: expected });
  });

  test('"try" and "test" are what .ci/run does from a clean installation', () => {
    const steps = [...read('.ci/run').matchAll(/^run (npm (?:run )?\w+)/gm)].map(([, step]) => step);
    expect(steps).toEqual(expect.arrayContaining(['npm ci', 'npm run demo', 'npm test']));
  });

  test('lets cdk deploy have what stands behind "npm run deploy --"', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(scripts.deploy).toMatch(/&& cdk deploy$/);
  });

  test('makes the first administrator, and another one', async () => {
    writeFileSync(join(folder, 'outputs.json'), '{"Mintmark":{"BootstrapFunctionName":"Mintmark-Bootstrap"}}');
    const administrator = () => JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'));
    const made = {
      issuer: system.url,
      clientId: expect.stringMatching(/^cli_\w{22}$/),
      clientSecret: expect.stringMatching(/^mms_\w{52}$/),
    };

    const first = await run('bootstrap');
    expect(first).toEqual({
      result: { code: 0, stdout: '', stderr: '' },
      calls: ['aws lambda invoke --function-name Mintmark-Bootstrap admin.json'],
    });
    expect(administrator()).toEqual(made);
    expect(statSync(join(folder, 'admin.json')).mode & 0o777).toBe(0o600);
    const { clientId } = administrator();

    const again = await run('bootstrap');
    expect(again.result.code).toBe(0);
    expect(administrator()).toEqual({ issuer: system.url, clientId });

    const another = await run('bootstrap', 'another-administrator');
    expect(another.calls[1]).toBe(
      'aws lambda invoke --function-name Mintmark-Bootstrap --cli-binary-format raw-in-base64-out' +
        ' --payload {"newAdministrator":true} admin.json',
    );
    expect(administrator()).toEqual(made);
    expect(administrator().clientId).not.toBe(clientId);
  });

  test('lets the newest administrator delete the one before it, and not itself', async () => {
    const before = await system.bootstrap({ newAdministrator: true });
    const newest = await system.bootstrap({ newAdministrator: true });
    const headers = { authorization: `Basic ${btoa(`${newest.clientId}:${newest.clientSecret}`)}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const answer = await fetch(`${system.url}/oauth/token`, { method: 'POST', headers, body });
    const { access_token } = (await answer.json()) as { access_token: string };

    const remove = async ({ clientId }: { readonly clientId: string }) => {
      const init = { method: 'DELETE', headers: { authorization: `Bearer ${access_token}` } };
      return (await fetch(`${system.url}/v1/applications/${clientId}`, init)).status;
    };
    expect([await remove(before), await remove(newest)]).toEqual([204, 409]);
  });

  test('replaces the pepper, and finishes that', async () => {
    writeFileSync(join(folder, 'outputs.json'), '{"Mintmark":{"RotatePepperFunctionName":"Mintmark-RotatePepper"}}');
    const answer = () => JSON.parse(readFileSync(join(folder, 'pepper.json'), 'utf8'));
    const rotated = await run('rotate-pepper');
    expect([rotated.result.code, answer()]).toEqual([0, { createdAt: expect.any(String), overlapping: 1 }]);
    const { createdAt } = answer();

    const finished = await run('rotate-pepper', 'finish-pepper');
    expect(finished.calls).toEqual([
      'aws lambda invoke --function-name Mintmark-RotatePepper pepper.json',
      'aws lambda invoke --function-name Mintmark-RotatePepper --cli-binary-format raw-in-base64-out' +
        ' --payload {"finish":true} pepper.json',
    ]);
    expect(answer()).toEqual({ createdAt: expect.any(String), overlapping: 0 });
    expect(Date.parse(answer().createdAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  });

  test('lists the outputs of the stack', () => {
    const { template } = synthesize({ customDomain: undefined });
    const always = Object.keys(template.findOutputs('*'));
    expect(firstColumn(readme, 'output').toSorted()).toEqual(
      [...always, 'DomainTarget', 'MutualTlsDomainTarget'].toSorted(),
    );
  });

  test('lists the settings of the context', () => {
    const schema = /const contextSchema = z\.object\(\{\n([\s\S]*?)\n\}\);/.exec(read('infra/context.ts'))?.[1] ?? '';
    const names = [...schema.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
    expect(firstColumn(readme, 'setting').toSorted()).toEqual(names.toSorted());
  });
});
