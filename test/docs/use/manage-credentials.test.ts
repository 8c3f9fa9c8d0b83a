import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/manage-credentials.md';
const REPORTS = 'https://api.example.com/reports';
const id = (kind: string) => expect.stringMatching(new RegExp(`^${kind}_[0-9A-Za-z]{22}$`));
const secret = expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/);
const issued = { access_token: expect.stringMatching(/^eyJ/), token_type: 'Bearer', scope: 'read:reports' };
const refused = expect.objectContaining({ error: 'invalid_client' });

describe(PAGE, () => {
  const used = usePage(PAGE, { read: ['CLIENT_ID', 'API_CLIENT'] });

  /** What a block answered, each line as JSON of the type that the test reads. */
  const answers = <Answers>(name: string) => used().session.answers(name) as unknown as Answers;

  test('makes a user a member, whose personal token has the roles of the user', () => {
    const [membership, token] = answers<[object, { access_token: string }]>('member');
    expect(membership).toMatchObject({ tenantId: id('ten'), userId: id('usr'), roleIds: [id('rol')] });
    expect(token).toMatchObject(issued);
    expect(decodeJwt(token.access_token)).toMatchObject({
      sub: expect.stringMatching(/^usr_/),
      roles: ['reports-reader'],
      metadata: { team: 'sales' },
    });
  });

  test('makes an API token that is a JWT, and says what it permits', () => {
    const [answer] = answers<[object]>('jwt');
    expect(answer).toMatchObject({ active: true, aud: REPORTS, scope: 'read:reports', roles: [] });
  });

  test('gives a service user a secret that is a client of its own', async () => {
    const [made] = answers<[Record<string, string>]>('service-user');
    expect(made).toMatchObject({ clientId: id('cli'), serviceUserId: id('svc'), clientSecret: secret });
    const answer = await fetch(`${used().mintmark.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${made.clientId}:${made.clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const token = (await answer.json()) as { access_token: string };
    expect(token).toMatchObject(issued);
    const { sub, client_id } = decodeJwt(token.access_token);
    expect({ sub, client_id }).toEqual({ sub: made.serviceUserId, client_id: made.clientId });
  });

  test('trades an assertion by a key of a service user, once', () => {
    const [first, second] = answers<[object, object]>('service-user-key');
    expect(first).toMatchObject(issued);
    expect(second).toEqual(expect.objectContaining({ error: 'invalid_grant' }));
  });

  test('says what a JWT permits that a service user has signed for an API', () => {
    expect(answers('self-signed')).toEqual([
      true,
      expect.objectContaining({ active: true, sub: id('svc'), aud: REPORTS }),
    ]);
  });

  test('trusts an issuer to say which workload is a service user', () => {
    const [credential] = answers<[object]>('workload-identity');
    const conditions = [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }];
    const audience = used().mintmark.url;
    expect(credential).toMatchObject({ clientId: id('cli'), audience, conditions, reusable: false });
  });

  test('gives an application a token that belongs to no tenant', () => {
    const [token] = answers<[{ access_token: string }]>('application-token');
    expect(token).toMatchObject(issued);
    const { API_CLIENT: client } = used().session.variables;
    const claims = decodeJwt(token.access_token);
    expect(claims).toMatchObject({ sub: client, client_id: client, aud: REPORTS });
    expect(claims).not.toHaveProperty('tenant_id');
  });

  test('registers an application with a key, which trades its assertions', () => {
    const [grant, token] = answers<[{ clientId: string }, { access_token: string }]>('application-key');
    expect(token).toMatchObject(issued);
    expect(decodeJwt(token.access_token)).toMatchObject({ sub: grant.clientId, client_id: grant.clientId });
  });

  test('lets both secrets work during a rotation', () => {
    expect(answers('rotate')).toEqual([expect.objectContaining(issued), expect.objectContaining(issued)]);
  });

  test('lets the new secret alone work after it', () => {
    const [after, exchange] = answers<[object, object]>('finish');
    expect(after).toMatchObject({ rotationEndsAt: null, secrets: [expect.anything()] });
    expect(exchange).toEqual(refused);
  });

  test('finds a token by a part of its description, with the time of its last use, and the newest token of the list', () => {
    type Page = { items: { clientId: string; secrets: { lastUsedAt: string | null }[] }[] };
    const [found, last] = answers<[Page, Page]>('list');
    expect(found.items.map(({ clientId }) => clientId)).toEqual([used().session.variables.CLIENT_ID]);
    expect(found.items[0]?.secrets.at(-1)?.lastUsedAt).toEqual(expect.stringMatching(/^\d{4}-/));
    expect(last).toEqual(found);
  });

  test('refuses the second of two changes that were meant for one version', () => {
    expect(answers('change')).toEqual([
      expect.objectContaining({ name: 'Acme', metadata: { plan: 'gold' }, version: 2 }),
      expect.objectContaining({ status: 412, code: 'precondition_failed' }),
    ]);
  });

  test('creates one record for a request that is sent twice with one Idempotency-Key', () => {
    const [first, second] = answers<[object, object]>('repeat');
    expect(first).toMatchObject({ id: id('ten'), name: 'Globex' });
    expect(second).toEqual(first);
  });
});
