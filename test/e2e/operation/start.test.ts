import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { codeIn, localMails } from '#infra/local/demo/people/local-mails.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { runCommand } from '#test/support/documents/command.ts';
import { START, type StartProcess, startEnvironment, startProcess } from '#test/support/world/start-process.ts';
import { basic, type Credentials, REPORTS } from '#test/support/world/world.ts';

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

/** The link that a start printed; undefined if it printed none. */
const loginLinkOf = ({ printed }: StartProcess) => / (http\S+\/login\/link\?token=\S+)$/m.exec(printed)?.[1];

const portOf = ({ url }: StartProcess) => Number(new URL(url).port);
const newFolder = () => mkdtemp(join(tmpdir(), 'mintmark-start-'));

/** A start that fails: the exit code and everything that was printed. */
const failedStart = (folder: string, env: Record<string, string> = {}) =>
  runCommand(process.execPath, [START], { env: { ...startEnvironment({ folder }), ...env } });

/** One line that says what to do, and exit code 1. */
const failure = (reason: string) => ({
  code: 1,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`^Mintmark could not start\\. ${reason}[^\\n]*\\n$`)),
});

describe('one data folder, from one start to the next:', () => {
  let folder: string;
  let mintmark: StartProcess;
  let first: StartProcess;
  let token: string;

  beforeAll(async () => {
    folder = await newFolder();
    mintmark = await startProcess({ folder });
    first = mintmark;
    token = await exchange(first, first.administrator);
    await manage(first, token, '/v1/tenants', { name: 'Acme', id: 'acme' });
  });
  afterAll(async () => {
    await mintmark.end('SIGKILL');
    await rm(folder, { recursive: true });
  });

  test('the first start stores the administrator in a file that only its owner can read, and prints no secret', async () => {
    expect(first.printed).not.toContain(first.administrator.clientSecret);
    expect(JSON.parse(await readFile(join(folder, 'admin.json'), 'utf8'))).toEqual({
      issuer: first.url,
      clientId: expect.stringMatching(/^cli_/),
      clientSecret: expect.stringMatching(/^mms_/),
    });
    const files = await Promise.all(['admin.json', 'kms.json'].map((name) => stat(join(folder, name))));
    expect(files.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600]);
  });

  test('the first start prints a link by which the first member logs in once; mails lie in a file of its owner', async () => {
    const browser = new FormBrowser(first.url);
    const link = loginLinkOf(first) ?? '';
    const page = await browser.open(link.slice(first.url.length));
    expect(page.html).toContain('admin@example.com');
    expect(await browser.submit(page, {})).toMatchObject({ status: 200, path: '/account' });
    expect((await new FormBrowser(first.url).open(link.slice(first.url.length))).status).toBe(410);

    const another = new FormBrowser(first.url);
    const codePage = await another.submit(await another.open('/login'), { email: 'admin@example.com' });
    const [mail] = await localMails(first.url);
    expect(await another.submit(codePage, { code: codeIn(mail) })).toMatchObject({ status: 200, path: '/account' });
    expect((await stat(join(folder, 'mails.json'))).mode & 0o777).toBe(0o600);
    const lines = first.lines().filter((line) => line.includes('  mail  '));
    expect(lines).toEqual([
      expect.stringMatching(/^\S+ {2}mail {4}to admin@example\.com: Your code for \S+ \(see \/local\/mail\)$/),
    ]);
  });

  test('a second Mintmark in the same folder says why it cannot start, and the first continues', async () => {
    expect(await failedStart(folder)).toEqual(failure('The data folder is in use by another Mintmark: '));
    expect(await manage(first, token, '/v1/tenants/acme')).toMatchObject({ name: 'Acme' });
  });

  test('it ends without an error after a SIGTERM, also with an idle connection open', async () => {
    const idle = connect(portOf(mintmark), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    expect(await mintmark.end('SIGTERM')).toBe(0);
    idle.destroy();
  });

  test('the second start keeps administrator, keys and data, and prints no secret', async () => {
    mintmark = await startProcess({ folder, port: portOf(first) });
    expect(mintmark.administrator).toEqual(first.administrator);
    expect(loginLinkOf(mintmark)).toBeUndefined();
    expect(mintmark.printed).toContain(`  people  log in at ${mintmark.url}/login as admin@example.com\n`);
    expect(await localMails(mintmark.url)).toHaveLength(1);
    expect(mintmark.printed).not.toContain(mintmark.administrator.clientSecret);
    expect(await manage(mintmark, token, '/v1/tenants/acme')).toMatchObject({ name: 'Acme' });
  });

  test('it ends without an error after a SIGINT', async () => {
    expect(await mintmark.end('SIGINT')).toBe(0);
  });

  test('a damaged administrator file is replaced by another administrator', async () => {
    await truncate(join(folder, 'admin.json'), 20);
    mintmark = await startProcess({ folder });
    expect(mintmark.administrator.clientId).not.toBe(first.administrator.clientId);
    expect(mintmark.printed).not.toContain(mintmark.administrator.clientSecret);
    expect(await exchange(mintmark, mintmark.administrator)).toMatch(/^eyJ/);
  });

  test('an administrator file of other tables is replaced, because its secret would be refused', async () => {
    await mintmark.end('SIGTERM');
    const { administrator } = mintmark;
    await rm(join(folder, 'dynamodb'), { recursive: true });
    mintmark = await startProcess({ folder });
    expect(mintmark.administrator.clientId).not.toBe(administrator.clientId);
    expect(await exchange(mintmark, mintmark.administrator)).toMatch(/^eyJ/);
  });

  test('a later start prints a link if its command line asks for one, for the address of the environment', async () => {
    await mintmark.end('SIGTERM');
    const command = [process.execPath, START, '--login-link'] as const;
    mintmark = await startProcess({
      folder,
      command: [...command],
      env: { MINTMARK_FIRST_MEMBER: 'grace@example.com' },
    });
    const page = await new FormBrowser(mintmark.url).open((loginLinkOf(mintmark) ?? '').slice(mintmark.url.length));
    expect(page.html).toContain('grace@example.com');
  });

  test('npm start leaves nothing running after a SIGTERM', async () => {
    await mintmark.end('SIGTERM');
    mintmark = await startProcess({ folder, command: ['npm', 'start'] });
    await mintmark.end('SIGTERM');
    await expect(fetch(mintmark.url)).rejects.toThrow('fetch failed');
  });
});

describe('the log of npm start', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  /** What a start prints about three requests: one that succeeds, one with wrong credentials, and one for no path. */
  async function logOf(format: string): Promise<readonly string[]> {
    const folder = await newFolder();
    folders.push(folder);
    const env = { MINTMARK_LOG: format, POWERTOOLS_LOG_LEVEL: '' };
    const mintmark = await startProcess({ folder, env });
    await exchange(mintmark, mintmark.administrator);
    await exchange(mintmark, { clientId: 'nobody', clientSecret: 'mms_none' });
    await fetch(`${mintmark.url}/oauth/${mintmark.administrator.clientSecret}?token=secret`);
    await mintmark.end('SIGTERM');
    const { clientSecret } = mintmark.administrator;
    expect(mintmark.lines().filter((line) => line.includes(clientSecret) || line.includes('token='))).toEqual([]);
    return mintmark.lines();
  }

  test('is one short line for each request, without secrets', async () => {
    const lines = (await logOf(''))
      .slice(-3)
      .map((line) => line.replace(/^[\d:]{8} /, 'time ').replaceAll(/ +\d+ ms/g, ' ms'));
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'time POST /oauth/token 200 ms',
      'time POST /oauth/token 401 ms invalid_client',
      expect.stringMatching(/^time GET \/oauth\/mms_\w{6}… 404 ms not_found$/),
    ]);
  });

  test('is the JSON that CloudWatch would get, if MINTMARK_LOG asks for it', async () => {
    const lines = (await logOf('json')).map((line) => JSON.parse(line));
    expect(lines.map(({ function: name, outcome, status }) => [name, outcome, status]).slice(-3)).toEqual([
      ['exchange', 'ok', 200],
      ['exchange', 'invalid_client', 401],
      ['default-route', 'not_found', 404],
    ]);
  });
});

describe('INV1: a kill in the middle of many creations', () => {
  const CREATIONS = 200;
  const AT_ONCE = 32;
  const ANSWERED_BEFORE_THE_KILL = 15;

  /** Makes a tenant whose tokens may read reports; answers the path and the body for one more token. */
  async function arrangeTenant(mintmark: StartProcess, token: string) {
    const api = { identifier: REPORTS, name: 'Reports', permissions: [{ value: 'read' }] };
    await manage(mintmark, token, '/v1/apis', api);
    const role = { key: 'reader', name: 'Reader', level: 100, permissions: [{ api: REPORTS, value: 'read' }] };
    const { id: roleId } = await manage<{ id: string }>(mintmark, token, '/v1/roles', role);
    const { id: tenantId } = await manage<{ id: string }>(mintmark, token, '/v1/tenants', { name: 'Acme' });
    const path = `/v1/tenants/${tenantId}/api-tokens`;
    const create = () => manage<Credentials>(mintmark, token, path, { description: 'export', roleIds: [roleId] });
    return { path, create };
  }

  test('loses nothing that was answered', async () => {
    const folder = await newFolder();
    const before = await startProcess({ folder });
    const token = await exchange(before, before.administrator);
    const { path, create } = await arrangeTenant(before, token);
    const answered: Credentials[] = [];
    await repeat(
      CREATIONS,
      async () => {
        const credentials = await create().catch(() => undefined);
        if (credentials === undefined) return;
        if (answered.push(credentials) === ANSWERED_BEFORE_THE_KILL) await before.end('SIGKILL');
      },
      AT_ONCE,
    );
    expect(answered.length).toBeGreaterThanOrEqual(ANSWERED_BEFORE_THE_KILL);
    expect(answered.length).toBeLessThan(CREATIONS);

    const after = await startProcess({ folder, port: portOf(before) });
    expect(after.administrator).toEqual(before.administrator);
    const outcomes = [];
    for (const credentials of answered) outcomes.push(await exchange(after, credentials));
    expect(outcomes.filter((outcome) => !outcome.startsWith('eyJ'))).toEqual([]);

    const { items } = await manage<{ items: Credentials[] }>(after, token, `${path}?limit=100`);
    const kept = items.map(({ clientId }) => clientId);
    expect(kept).toEqual(expect.arrayContaining(answered.map(({ clientId }) => clientId)));
    await after.end('SIGKILL');
    await rm(folder, { recursive: true });
  });
});

describe('npm start says in one line that it cannot start with', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await newFolder();
    await writeFile(join(folder, 'file'), 'not a folder');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await failedStart(folder, { PORT: String(port) })).toEqual(
      failure(`Port ${port} is in use: stop the program that listens there, or set PORT to another port`),
    );
    other.close();
  });

  test('a number that is no port', async () => {
    expect(await failedStart(folder, { PORT: '65536' })).toEqual(failure('PORT must be a number from 0 to 65535'));
  });

  test('a format of log lines that does not exist', async () => {
    const reason = 'MINTMARK_LOG must be short or json';
    expect(await failedStart(folder, { MINTMARK_LOG: 'long' })).toEqual(failure(reason));
  });

  test.each(['file', 'file/below'])('a folder that cannot be made: %s', async (name) => {
    const reason = 'The data folder cannot be written \\(E[^\\n]+\\): set MINTMARK_DATA ';
    expect(await failedStart(join(folder, name))).toEqual(failure(reason));
  });
});
