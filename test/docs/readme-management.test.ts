import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { type ReadmeSession, runReadmeSession, SESSION_MILLISECONDS } from '#test/support/documents/readme-session.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const root = new URL('../..', import.meta.url).pathname;
const REPORTS = 'https://api.example.com/reports';
const id = (kind: string) => expect.stringMatching(new RegExp(`^${kind}_[0-9A-Za-z]{22}$`));
const secret = expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/);
const issued = { access_token: expect.stringMatching(/^eyJ/), token_type: 'Bearer', scope: 'read:reports' };
const refused = expect.objectContaining({ error: 'invalid_client' });

describe('what README.md says about managing credentials', () => {
  let mintmark: LocalMintmark;
  let session: ReadmeSession;

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
    session = await runReadmeSession(mintmark, 'audit');
  }, SESSION_MILLISECONDS);
  afterAll(() => mintmark.stop());

  /** Posts a form to one of the OAuth endpoints. */
  async function post(path: string, credentials: string, form: Record<string, string>): Promise<unknown> {
    const headers = { authorization: `Basic ${btoa(credentials)}` };
    const init = { method: 'POST', headers, body: new URLSearchParams(form) };
    return (await fetch(mintmark.url + path, init)).json();
  }

  test('runs in a shell without a complaint', () => {
    expect(session.result).toMatchObject({ code: 0, stderr: '' });
  });

  test('grants an application a permission at an API', () => {
    const { id: apiId } = JSON.parse(session.output('make-token'));
    expect(session.answers('application')).toEqual([
      {
        id: id('grn'),
        clientId: id('cli'),
        apiId,
        permissions: ['read:reports'],
        createdAt: expect.any(String),
        version: expect.any(Number),
      },
    ]);
  });

  test("tells the API's own client what a token is worth", () => {
    const { CLIENT_ID: client_id } = session.exported;
    const [answer] = session.answers('introspect-as-api');
    expect(answer).toMatchObject({ active: true, aud: REPORTS, client_id, scope: 'read:reports' });
  });

  test('exchanges a token, as an API that was called with it', () => {
    const [application, answer] = session.answers('token-exchange') as [{ clientId: string }, { access_token: string }];
    expect(answer).toMatchObject({ ...issued, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    const { clientId } = application;
    const act = { sub: clientId, client_id: clientId };
    const subject = session.exported.CLIENT_ID;
    expect(decodeJwt(answer.access_token)).toMatchObject({ sub: subject, client_id: clientId, act });
  });

  test('imports a secret, and trades it', () => {
    const [imported, token] = session.answers('import') as [{ secrets: object[] }, object];
    expect(imported).not.toHaveProperty('clientSecret');
    expect(imported.secrets.at(-1)).toMatchObject({ title: 'from before', lastFour: '', imported: true });
    expect(token).toMatchObject(issued);
  });

  test('finds a token by a part of its description, with the time of its last use, and as the last of all', () => {
    type Page = { items: { clientId: string; secrets: { lastUsedAt: string | null }[] }[] };
    const [found, last] = session.answers('list') as [Page, Page];
    expect(found.items.map(({ clientId }) => clientId)).toEqual([session.exported.CLIENT_ID]);
    expect(found.items[0]?.secrets.at(-1)?.lastUsedAt).toEqual(expect.stringMatching(/^\d{4}-/));
    expect(last).toEqual(found);
  });

  test('gives an application a token that belongs to no tenant', () => {
    const [grant] = session.answers('application') as [{ clientId: string }];
    const [token] = session.answers('application-token') as [{ access_token: string }];
    expect(token).toMatchObject(issued);
    const claims = decodeJwt(token.access_token);
    expect(claims).toMatchObject({ sub: grant.clientId, client_id: grant.clientId, aud: REPORTS });
    expect(claims).not.toHaveProperty('tenant_id');
  });

  test('registers an application with a key, which trades what it signs', () => {
    const [grant, token] = session.answers('application-key') as [{ clientId: string }, { access_token: string }];
    expect(token).toMatchObject(issued);
    expect(decodeJwt(token.access_token)).toMatchObject({ sub: grant.clientId, client_id: grant.clientId });
  });

  test('shows how to verify tokens of an API, and tries it', () => {
    const output = session.output('quickstart');
    expect(output).toContain("import { createRemoteJWKSet, jwtVerify } from 'jose';");
    const tried = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    expect(tried).toMatchObject({ tokenResponse: { ...issued, expires_in: 60 }, claims: { aud: REPORTS } });
  });

  test('lets a verifier refuse what was taken back, by the status list alone', async () => {
    expect(session.answers('status-list')).toEqual([
      expect.objectContaining({ identifier: REPORTS, statusList: true }),
    ]);
    const { CLIENT_ID, CLIENT_SECRET } = session.exported;
    const credentials = `${CLIENT_ID}:${CLIENT_SECRET}`;
    const issue = async () => {
      const answer = await post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });
      return (answer as { access_token: string }).access_token;
    };
    const [token, revoked] = [await issue(), await issue()];
    await fetch(`${mintmark.url}/oauth/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams({ token: revoked }),
    });
    const program = readFileSync(join(mintmark.folder, 'verify.mjs'), 'utf8');
    const verify = (ACCESS_TOKEN: string) =>
      runCommand(process.execPath, ['--input-type=module'], {
        cwd: root,
        env: { ACCESS_TOKEN },
        input: `${program}\nconsole.log((await verifyAccessToken(process.env.ACCESS_TOKEN)).client_id);`,
      });
    expect(await verify(token)).toEqual({ code: 0, stdout: `${CLIENT_ID}\n`, stderr: '' });
    expect(await verify(revoked)).toMatchObject({ code: 1, stderr: expect.stringContaining('was taken back') });
  });

  test('gives a tenant a role of its own, which new members get', () => {
    expect(session.answers('tenant-role')).toEqual([
      expect.objectContaining({ id: id('rol'), tenantId: id('ten'), key: 'auditor', isDefault: true }),
    ]);
  });

  test('gives a service user a secret that is a client of its own', async () => {
    const [made] = session.answers('service-user') as [Record<string, string>];
    expect(made).toMatchObject({ clientId: id('cli'), serviceUserId: id('svc'), clientSecret: secret });
    const answer = await post('/oauth/token', `${made.clientId}:${made.clientSecret}`, {
      grant_type: 'client_credentials',
    });
    expect(answer).toMatchObject(issued);
    const { sub, client_id } = decodeJwt((answer as { access_token: string }).access_token);
    expect({ sub, client_id }).toEqual({ sub: made.serviceUserId, client_id: made.clientId });
  });

  test('trades what a key of a service user has signed, once', () => {
    const [first, second] = session.answers('service-user-key');
    expect(first).toMatchObject(issued);
    expect(second).toEqual(expect.objectContaining({ error: 'invalid_grant' }));
  });

  test('tells what a JWT is worth that a service user has signed for an API', () => {
    const [accepted, told] = session.answers('self-signed');
    expect([accepted, told]).toEqual([true, expect.objectContaining({ active: true, sub: id('svc'), aud: REPORTS })]);
  });

  test('trusts an issuer to say which workload is a service user', () => {
    const [credential] = session.answers('workload-identity');
    const conditions = [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }];
    expect(credential).toMatchObject({ clientId: id('cli'), audience: mintmark.url, conditions, reusable: false });
  });

  test('makes an API token that is a JWT, and tells what it is worth', () => {
    const [answer] = session.answers('jwt');
    expect(answer).toMatchObject({ active: true, aud: REPORTS, scope: 'read:reports', roles: [] });
  });

  test('revokes what an application was issued up to now', () => {
    const [application] = session.answers('revoke-issued') as [{ tokensRevokedUntil: string }];
    expect(Date.parse(application.tokensRevokedUntil)).toBeGreaterThan(Date.now() - 600_000);
  });

  test('sets limits for the workspace', () => {
    const [settings] = session.answers('settings');
    const limits = { maxLive: 20, lifetimeSeconds: 7_776_000, maxLifetimeSeconds: 31_536_000 };
    expect(settings).toMatchObject({ apiTokens: limits, tokenQuota: { perDay: 5_000 }, version: 2 });
  });

  test('gives an application a quota of its own, and says what is left of it', () => {
    const [application, ...headers] = session.output('quota').trim().split(/\r?\n/);
    expect(JSON.parse(application ?? '')).toMatchObject({ tokenQuota: { perHour: 100, perDay: null, enforce: false } });
    expect(headers.map((header) => header.toLowerCase())).toEqual([
      'ratelimit-policy: "per-hour";q=100;w=3600',
      expect.stringMatching(/^ratelimit: "per-hour";r=99;t=\d+$/),
    ]);
  });

  test('lets both secrets work during a rotation', () => {
    expect(session.answers('rotate')).toEqual([expect.objectContaining(issued), expect.objectContaining(issued)]);
  });

  test('lets the new secret alone work after it', () => {
    const [after, exchange] = session.answers('finish');
    expect(after).toMatchObject({ rotationEndsAt: null, secrets: [expect.anything()] });
    expect(exchange).toEqual(refused);
  });

  test('ends a leaked secret and every access token of its client', async () => {
    expect(session.answers('leaked')).toEqual([refused]);
    const { CLIENT_ID, CLIENT_SECRET, ACCESS_TOKEN: token = '' } = session.exported;
    const introspection = await post('/oauth/introspect', `${CLIENT_ID}:${CLIENT_SECRET}`, { token });
    expect(introspection).toEqual({ active: false });
  });

  test('shows the signing keys, and lets the next one take over', () => {
    const active = expect.objectContaining({ algorithm: 'RS256', custody: 'kms', state: 'active' });
    const shown = expect.objectContaining({ items: expect.arrayContaining([active]) });
    expect(session.answers('signing-keys')).toEqual([shown, shown]);
  });

  test('Q10: ends a secret that somebody found and reported', () => {
    expect(session.answers('report-leak')).toEqual([refused]);
  });

  test('refuses the second of two changes that were meant for one version', () => {
    expect(session.answers('change')).toEqual([
      expect.objectContaining({ name: 'Acme', metadata: { plan: 'gold' }, version: 2 }),
      expect.objectContaining({ status: 412, code: 'precondition_failed' }),
    ]);
  });

  test('makes a user a member, whose personal token has the roles of the user', () => {
    const [membership, token] = session.answers('member') as [object, { access_token: string }];
    expect(membership).toMatchObject({ tenantId: id('ten'), userId: id('usr'), roleIds: [id('rol')] });
    expect(token).toMatchObject(issued);
    expect(decodeJwt(token.access_token)).toMatchObject({
      sub: expect.stringMatching(/^usr_/),
      roles: ['reader'],
      metadata: { team: 'sales' },
    });
  });

  test('shows of which tenants somebody is a member, and lets the user go with the personal tokens', () => {
    const [membership] = session.answers('member');
    expect(session.answers('leaver')).toEqual([{ items: [membership] }, refused]);
  });

  test('creates once what is sent twice with one Idempotency-Key', () => {
    const [first, second] = session.answers('repeat');
    expect(first).toMatchObject({ id: id('ten'), name: 'Globex' });
    expect(second).toEqual(first);
  });

  test('finds the rotation that succeeded', () => {
    const { CLIENT_ID: clientId } = session.exported;
    const rotation = {
      type: 'client.secret.rotation_started',
      outcome: 'succeeded',
      target: expect.objectContaining({ clientId }),
    };
    const [page] = session.answers('audit');
    expect(page).toEqual({ items: [expect.objectContaining(rotation)] });
  });

  test('finds who was refused', () => {
    const [, page] = session.answers('audit');
    const actor = expect.objectContaining({ clientId: session.exported.CLIENT_ID });
    const refusal = { type: 'authentication.failed', outcome: 'refused', reason: 'invalid_client', actor };
    expect(page).toEqual({ items: [expect.objectContaining(refusal)], nextCursor: expect.any(String) });
  });
});
