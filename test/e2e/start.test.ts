import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommand } from '#test/support/command.ts';
import {
  START,
  type StartOptions,
  type StartProcess,
  startEnvironment,
  startProcess,
} from '#test/support/start-process.ts';
import { basic, type Credentials, REPORTS } from '#test/support/world.ts';

vi.setConfig({ testTimeout: 60_000 });

const CREATIONS = 200;
const ANSWERED_BEFORE_THE_KILL = 15;

let folder: string;
let running: StartProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mintmark-start-'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((mintmark) => mintmark.end('SIGKILL')));
  await rm(folder, { recursive: true });
});

async function start(options: Partial<StartOptions> = {}): Promise<StartProcess> {
  const mintmark = await startProcess({ folder, ...options });
  running.push(mintmark);
  return mintmark;
}

/** Ends a process and does not expect it to be ended again. */
function end(mintmark: StartProcess, signal: NodeJS.Signals) {
  running = running.filter((other) => other !== mintmark);
  return mintmark.end(signal);
}

async function exchange({ url }: StartProcess, credentials: Credentials): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const headers = { authorization: basic(credentials) };
  const response = await fetch(`${url}/oauth/token`, { method: 'POST', headers, body });
  const { access_token: token, error } = (await response.json()) as { access_token?: string; error?: string };
  return token ?? `${response.status} ${error}`;
}

async function manage<Body>({ url }: StartProcess, token: string, path: string, body?: object): Promise<Body> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url + path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Body;
}

/** A tenant whose tokens may read reports; answers the request that makes such a token. */
async function arrangeTenant(mintmark: StartProcess, token: string) {
  await manage(mintmark, token, '/v1/apis', { identifier: REPORTS, name: 'Reports', permissions: [{ value: 'read' }] });
  const role = { key: 'reader', name: 'Reader', level: 100, permissions: [{ api: REPORTS, value: 'read' }] };
  const { id: roleId } = await manage<{ id: string }>(mintmark, token, '/v1/roles', role);
  const { id: tenantId } = await manage<{ id: string }>(mintmark, token, '/v1/tenants', { name: 'Acme' });
  const path = `/v1/tenants/${tenantId}/api-tokens`;
  const create = () => manage<Credentials>(mintmark, token, path, { description: 'export', roleIds: [roleId] });
  return { path, create };
}

describe('INV1: a kill in the middle of many creations', () => {
  test('loses nothing that was answered', async () => {
    const before = await start();
    const token = await exchange(before, before.administrator);
    const { path, create } = await arrangeTenant(before, token);
    const answered: Credentials[] = [];
    const creations = Array.from({ length: CREATIONS }, async () => {
      answered.push(await create());
      if (answered.length === ANSWERED_BEFORE_THE_KILL) await end(before, 'SIGKILL');
    });
    await Promise.allSettled(creations);
    expect(answered.length).toBeGreaterThanOrEqual(ANSWERED_BEFORE_THE_KILL);
    expect(answered.length).toBeLessThan(CREATIONS);

    const after = await start({ port: Number(new URL(before.url).port) });
    expect(after.administrator).toEqual(before.administrator);
    const tokens = [];
    for (const credentials of answered) tokens.push(await exchange(after, credentials));
    expect(tokens.filter((value) => !value.startsWith('eyJ'))).toEqual([]);

    const { items } = await manage<{ items: Credentials[] }>(after, token, `${path}?limit=100`);
    const kept = items.map(({ clientId }) => clientId);
    expect(kept).toEqual(expect.arrayContaining(answered.map(({ clientId }) => clientId)));
  });
});

describe('a second start', () => {
  test('keeps administrator, keys and data, and shows no secret again', async () => {
    const first = await start();
    const token = await exchange(first, first.administrator);
    const { path } = await arrangeTenant(first, token);
    expect(first.printed).toContain(first.administrator.clientSecret);
    expect(await end(first, 'SIGTERM')).toMatchObject({ exit: 0 });

    const second = await start({ port: Number(new URL(first.url).port) });
    expect(second.administrator).toEqual(first.administrator);
    expect(second.printed).not.toContain(second.administrator.clientSecret);
    expect(await manage(second, token, path)).toEqual({ items: [] });
  });

  test('makes another administrator where the file of the first is damaged', async () => {
    const first = await start();
    await end(first, 'SIGTERM');
    await truncate(join(folder, 'admin.json'), 20);
    const second = await start();
    expect(second.administrator.clientId).not.toBe(first.administrator.clientId);
    expect(second.printed).toContain(second.administrator.clientSecret);
    expect(await exchange(second, second.administrator)).toMatch(/^eyJ/);
  });

  test('leaves secrets and keys readable by nobody else', async () => {
    await start();
    const modes = await Promise.all(['admin.json', 'kms.json'].map((name) => stat(join(folder, name))));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600]);
    expect(JSON.parse(await readFile(join(folder, 'admin.json'), 'utf8'))).toEqual({
      issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      clientId: expect.stringMatching(/^cli_/),
      clientSecret: expect.stringMatching(/^mms_/),
    });
  });
});

describe('what it cannot start with is told in one line', () => {
  const failedStart = async (options: StartOptions, env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runCommand(process.execPath, [START], {
      env: { ...startEnvironment(options), ...env },
    });
    return { code, stdout, stderr };
  };
  const failure = (line: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(line) });

  test('a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const line = new RegExp(`^Mintmark could not start\\. Port ${port} is in use: [^\\n]+\\n$`);
    expect(await failedStart({ folder, port })).toEqual(failure(line));
    other.close();
  });

  test.each(['abc', '-1', '65536', '80.5'])('a port that is none: %s', async (PORT) => {
    const line = /^Mintmark could not start\. PORT must be a number from 0 to 65535[^\n]*\n$/;
    expect(await failedStart({ folder }, { PORT })).toEqual(failure(line));
  });

  test.each(['file', 'file/below'])('a folder that cannot be made: %s', async (name) => {
    await writeFile(join(folder, 'file'), 'not a folder');
    const line =
      /^Mintmark could not start\. The data folder cannot be written \([^\n]+\): set MINTMARK_DATA [^\n]+\n$/;
    expect(await failedStart({ folder: join(folder, name) })).toEqual(failure(line));
  });

  test('a folder that another Mintmark uses, which goes on', async () => {
    const first = await start();
    const line = /^Mintmark could not start\. The data folder is in use by another Mintmark: [^\n]+\n$/;
    expect(await failedStart({ folder })).toEqual(failure(line));
    expect(await exchange(first, first.administrator)).toMatch(/^eyJ/);
  });
});

describe('told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s it ends well within two seconds, also with connections open',
    async (signal) => {
      const mintmark = await start();
      await exchange(mintmark, mintmark.administrator);
      const idle = connect(Number(new URL(mintmark.url).port), '127.0.0.1').on('error', () => undefined);
      await new Promise((resolve) => idle.once('connect', resolve));
      const { exit, seconds } = await end(mintmark, signal);
      expect([exit, seconds < 2]).toEqual([0, true]);
      idle.destroy();
    },
  );
});
