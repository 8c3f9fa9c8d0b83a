import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { START, type StartProcess, startEnvironment, startProcess } from '#test/support/world/start-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** An exchange, and the verification of its token by a library that refuses http. */
const VERIFIER = `
import { JwtVerifier } from 'aws-jwt-verify';
const { MINTMARK: issuer, CLIENT_ID, CLIENT_SECRET } = process.env;
const answer = await fetch(issuer + '/oauth/token', {
  method: 'POST',
  headers: { authorization: 'Basic ' + btoa(CLIENT_ID + ':' + CLIENT_SECRET) },
  body: new URLSearchParams({ grant_type: 'client_credentials' }),
});
const { access_token } = await answer.json();
const { jwks_uri } = await (await fetch(issuer + '/.well-known/openid-configuration')).json();
const verifier = JwtVerifier.create({ issuer, audience: issuer + '/v1/', jwksUri: jwks_uri });
const { iss } = await verifier.verify(access_token);
console.log(iss);
`;

let folder: string;
let mintmark: StartProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mintmark-https-'));
  mintmark = await startProcess({ folder, env: { MINTMARK_HTTPS: 'on' } });
});
afterAll(async () => {
  await mintmark.end('SIGTERM');
  await rm(folder, { recursive: true });
});

const authority = () => join(folder, 'authority.pem');

function verify(env: Record<string, string>): Promise<CommandResult> {
  const { clientId, clientSecret } = mintmark.administrator;
  const caller = { MINTMARK: mintmark.url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret };
  const cwd = new URL('../../..', import.meta.url).pathname;
  return runCommand(process.execPath, ['--input-type=module'], { cwd, input: VERIFIER, env: { ...caller, ...env } });
}

test('MINTMARK_HTTPS=on makes the issuer an https URL', async () => {
  expect(mintmark.url).toMatch(/^https:\/\/localhost:\d+$/);
  const { issuer } = JSON.parse(await readFile(join(folder, 'admin.json'), 'utf8')) as { issuer: string };
  expect(issuer).toBe(mintmark.url);
});

test('a program that trusts the authority gets a token, and a library that refuses http verifies it', async () => {
  expect(await verify({ NODE_EXTRA_CA_CERTS: authority() })).toEqual({
    code: 0,
    stdout: `${mintmark.url}\n`,
    stderr: '',
  });
});

test('a program that does not trust the authority is not connected', async () => {
  const { code, stderr } = await verify({ NODE_EXTRA_CA_CERTS: '' });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/),
  });
});

test('a folder that was used without https keeps its administrator and data with https, and the other way round', async () => {
  const site = await mkdtemp(join(tmpdir(), 'mintmark-https-'));
  const first = await startProcess({ folder: site });
  await first.end('SIGTERM');
  const second = await startProcess({ folder: site, env: { MINTMARK_HTTPS: 'on' } });
  await second.end('SIGTERM');
  const third = await startProcess({ folder: site });
  await third.end('SIGTERM');
  const kept = [second, third].map(({ administrator: { clientId, clientSecret } }) => ({ clientId, clientSecret }));
  expect(kept).toEqual(Array(2).fill(expect.objectContaining(kept[0])));
  expect([first, second, third].map(({ url }) => new URL(url).protocol)).toEqual(['http:', 'https:', 'http:']);
  await rm(site, { recursive: true });
});

test('MINTMARK_HTTPS is on or off', async () => {
  const env = { ...startEnvironment({ folder }), MINTMARK_HTTPS: 'yes' };
  expect(await runCommand(process.execPath, [START], { env })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Mintmark could not start. MINTMARK_HTTPS must be on or off\n',
  });
});
