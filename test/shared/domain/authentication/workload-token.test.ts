import { describe, expect, test } from 'vitest';
import { identifiesOwner, isTrusted, type WorkloadClaims } from '#shared/domain/authentication/workload-token.ts';
import type { ClaimCondition, Trust } from '#shared/domain/records/registration.ts';
import { isFetchableUrl, isIssuerUrl } from '#shared/domain/registration/issuer-urls.ts';

const NOW_SECONDS = 1_800_000_000;

const trust: Trust = {
  issuer: 'https://issuer.example.com',
  audience: 'https://auth.example.com',
  algorithms: ['RS256'],
  conditions: [{ claim: 'sub', equals: 'job' }],
  reusable: true,
};

const claims: WorkloadClaims = {
  iss: trust.issuer,
  sub: 'job',
  aud: trust.audience,
  exp: NOW_SECONDS + 60,
  iat: NOW_SECONDS,
};

const holds = (condition: ClaimCondition, more: Readonly<Record<string, unknown>> = {}) =>
  isTrusted({ ...claims, ...more }, { ...trust, conditions: [condition] }, NOW_SECONDS);

const aws = 'https://sts.amazonaws.com/';

const nested = { 'kubernetes.io': { namespace: 'jobs', pod: { name: 'x' } }, [aws]: { aws_account: '123456789012' } };

describe('a condition of a trust', () => {
  test.each<[ClaimCondition, object]>([
    [{ claim: 'sub', equals: 'job' }, {}],
    [{ claim: ['sub'], equals: 'job' }, {}],
    [{ claim: 'repository', startsWith: 'acme/' }, { repository: 'acme/api' }],
    [{ claim: ['kubernetes.io', 'namespace'], equals: 'jobs' }, nested],
    [{ claim: ['kubernetes.io', 'pod', 'name'], equals: 'x' }, nested],
    [{ claim: [aws, 'aws_account'], equals: '123456789012' }, nested],
    [{ claim: '__proto__', equals: 'x' }, JSON.parse('{"__proto__":"x"}')],
  ])('%j holds', (condition, more) => {
    const changed = { ...claims };
    for (const [name, value] of Object.entries(more)) Object.defineProperty(changed, name, { value, enumerable: true });
    expect(isTrusted(changed, { ...trust, conditions: [condition] }, NOW_SECONDS)).toBe(true);
  });

  test.each<[ClaimCondition, Readonly<Record<string, unknown>>]>([
    [{ claim: 'repository', equals: 'acme/api' }, {}],
    [{ claim: 'repository', equals: 'acme/api' }, { repository: 'acme/api2' }],
    [{ claim: 'repository', equals: 'acme/api' }, { repository: 'ACME/api' }],
    [{ claim: 'repository', equals: 'acme/api' }, { repository: ['acme/api'] }],
    [{ claim: 'repository', equals: 'acme/api' }, { repository: { 0: 'acme/api' } }],
    [{ claim: 'repository', equals: 'caf\u00e9' }, { repository: 'cafe\u0301' }],
    [{ claim: 'repository_id', equals: '1' }, { repository_id: 1 }],
    [{ claim: 'admin', equals: 'true' }, { admin: true }],
    [{ claim: 'empty', equals: '' }, { empty: null }],
    [{ claim: 'repository', startsWith: 'acme/' }, { repository: 'acme' }],
    [{ claim: 'repository', startsWith: 'acme/' }, { repository: 'x/acme/' }],
    [{ claim: 'kubernetes.io.namespace', equals: 'jobs' }, nested],
    [{ claim: ['kubernetes', 'io', 'namespace'], equals: 'jobs' }, nested],
    [{ claim: ['kubernetes.io', 'namespace', '0'], equals: 'j' }, nested],
    [{ claim: ['kubernetes.io'], equals: '[object Object]' }, nested],
    [{ claim: ['aud', '0'], equals: trust.audience }, { aud: [trust.audience] }],
    [{ claim: ['constructor', 'name'], equals: 'Object' }, {}],
    [{ claim: ['__proto__', 'x'], equals: 'x' }, {}],
    [{ claim: [], equals: '' }, {}],
  ])('%j does not hold for %j', (condition, more) => {
    expect(holds(condition, more)).toBe(false);
  });

  test('must hold together with all other conditions, and a trust without conditions trusts no token', () => {
    const conditions = [...trust.conditions, { claim: 'ref', equals: 'main' }];
    expect(isTrusted({ ...claims, ref: 'main' }, { ...trust, conditions }, NOW_SECONDS)).toBe(true);
    expect(isTrusted(claims, { ...trust, conditions }, NOW_SECONDS)).toBe(false);
    expect(isTrusted(claims, { ...trust, conditions: [] }, NOW_SECONDS)).toBe(false);
  });

  test('identifies the owner of a workload by a claim that differs between customers of an issuer', () => {
    const branch = { claim: 'ref', equals: 'refs/heads/main' };
    expect(identifiesOwner([branch, { claim: 'repository_owner_id', equals: '1' }])).toBe(true);
    expect(identifiesOwner([{ claim: ['sub'], startsWith: 'repo:acme/' }])).toBe(true);
    expect(identifiesOwner([branch])).toBe(false);
    expect(identifiesOwner([{ claim: ['nested', 'sub'], equals: 'x' }])).toBe(false);
  });
});

describe('K13: keys of an issuer', () => {
  test.each([
    'https://issuer.example.com',
    'https://issuer.example.com/',
    'https://xn--bcher-kva.example.com/a/keys.json',
  ])('may be fetched from %s', (url) => {
    expect([isIssuerUrl(url), isFetchableUrl(url)]).toEqual([true, true]);
  });

  test.each([
    'https://kubernetes.default.svc.cluster.local',
    'https://10.0.0.1:6443',
    'https://issuer.example.com:8443/keys',
    'https://127.0.0.1/keys',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/keys',
    'https://[::ffff:127.0.0.1]/keys',
    'https://localhost/keys',
    'https://issuer.localhost/keys',
    'https://issuer.example.com./keys',
    'https://instance.internal/keys',
    'https://printer.local/keys',
    'https://intranet/keys',
  ])('are not fetched from %s', (url) => {
    expect(isFetchableUrl(url)).toBe(false);
  });

  test.each([
    '',
    'issuer.example.com',
    'http://issuer.example.com',
    'file:///etc/passwd',
    'gopher://issuer.example.com/',
    'ftp://issuer.example.com/',
    'https://user@issuer.example.com/',
    'https://user:secret@issuer.example.com/',
    'https://issuer.example.com/?a=b',
    'https://issuer.example.com/#a',
    'https://ISSUER.example.com/',
    'https://b\u00fccher.example.com/',
    'https://issuer.example.com\\@127.0.0.1/',
    'https://issuer.example.com/a/../b',
    'https://issuer.example.com/\r\nHost: x',
    ' https://issuer.example.com',
    'https://issuer.example.com:443/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
  ])('are refused with the issuer URL %j', (url) => {
    expect([isIssuerUrl(url), isFetchableUrl(url)]).toEqual([false, false]);
  });
});
