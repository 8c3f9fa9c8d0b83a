import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCommand } from '#test/support/documents/command.ts';
import { startExpressProgram } from '#test/support/documents/express-program.ts';
import { codeBlocks, codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { acceptedByModule, acceptedByProgram, type NamedTokens } from '#test/support/documents/program-trials.ts';
import { acceptedByApi, issueTrialTokens } from '#test/support/documents/token-trials.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

/** Every trial starts a program. */

const root = new URL('../..', import.meta.url);
const PROTECT = 'docs/use/protect-an-api.md';

/** Programs that verify tokens and ask Mintmark for its keys only: a revoked token works until it expires. */
const OFFLINE = ['valid', 'revoked', 'of a deleted client'];

const world = useWorld();
const acme = useAcme(world);
const tokens = prepared(async () => {
  const { issued, ofOtherTypes } = await issueTrialTokens(world, acme);
  return { all: { ...issued, ...ofOtherTypes } as NamedTokens };
});

interface Quickstart {
  readonly snippets: readonly { readonly id: string; readonly code: string }[];
}

async function snippets(): Promise<ReadonlyMap<string, string>> {
  const { body } = await world.manage('GET', `/v1/apis/${acme.apiId}/quickstart`);
  return new Map((body as Quickstart).snippets.map(({ id, code }) => [id, code]));
}

const snippet = async (id: string) => (await snippets()).get(id) ?? '';

async function acceptedByExpress(code: string, path: string): Promise<readonly string[]> {
  const api = await startExpressProgram(code, { MINTMARK: world.url });
  try {
    return await acceptedByApi(api.url + path, tokens.all);
  } finally {
    await api.stop();
  }
}

const onPage = (name: string) =>
  acceptedByProgram(codeOf(readPage(PROTECT), name), tokens.all, { MINTMARK: world.url });

const inQuickstart = async (id: string) => acceptedByModule(await snippet(id), tokens.all);

/** The clock of the world stands still, but the program has the clock of the machine and takes only fresh lists. */
function withFreshList(): Promise<readonly string[]> {
  world.clock.advance(Math.floor(Date.now() / 1_000) - world.clock.nowSeconds());
  return inQuickstart('jose-status-list');
}

/** Each program that verifies tokens in its own process, and the names of the tokens that it accepts. */
const verifiers: Readonly<Record<string, readonly [() => Promise<readonly string[]>, readonly string[]]>> = {
  'README.md express': [() => acceptedByExpress(codeOf(readPage('README.md'), 'express'), '/reports'), OFFLINE],
  [`${PROTECT} jose`]: [() => onPage('jose'), OFFLINE],
  [`${PROTECT} aws-jwt-verify`]: [() => onPage('aws-jwt-verify'), OFFLINE],
  'quick start jose': [() => inQuickstart('jose'), OFFLINE],
  'quick start jose-status-list': [withFreshList, ['valid']],
  'quick start express-oauth2-jwt-bearer': [
    async () => acceptedByExpress(await snippet('express-oauth2-jwt-bearer'), '/'),
    OFFLINE,
  ],
  'quick start aws-jwt-verify': [() => inQuickstart('aws-jwt-verify'), OFFLINE],
};

/** Programs that verify tokens elsewhere, with the test that tries them. */
const triedElsewhere = {
  'README.md app': 'test/docs/run/app.test.ts',
  'docs/run/deploy.md app': 'test/docs/run/app.test.ts',
  [`${PROTECT} jwt-authorizer`]: 'test/docs/run/app.test.ts',
  'quick start api-gateway-jwt-authorizer': 'test/docs/run/app.test.ts',
  'quick start mintmark-authorizer': 'test/docs/run/app.test.ts',
};

/** Programs that verify no token. */
const otherPrograms = [
  'README.md node',
  'docs/run/deploy.md event-rule',
  'docs/run/mutual-tls.md domain',
  'docs/use/get-a-token.md node',
  'docs/use/get-a-token.md python',
  'docs/use/get-a-token.md go',
  'docs/use/get-a-token.md dpop',
  'docs/use/log-people-in.md log-in',
  'quick start curl',
];

/** A program for a library of Python, which is tried where it is installed. */
const forPython = ['quick start pyjwt'];

/** Tries each token with PyJWT, and prints the names of the accepted tokens. */
const PYTHON_TRIALS = `
import json, os
accepted = []
for name, token in json.loads(os.environ["TOKENS"]).items():
    try:
        verify_access_token(token)
        accepted.append(name)
    except jwt.PyJWTError:
        pass
print(json.dumps(accepted))
`;

function hasPyJwt(): boolean {
  try {
    execFileSync('python3', ['-c', 'import jwt, cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function programsOfPages(): readonly string[] {
  const pages = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' });
  const names = ['README.md', ...pages.filter((page) => page.endsWith('.md')).map((page) => `docs/${page}`)];
  return names.flatMap((page) =>
    codeBlocks(readPage(page))
      .filter(({ language }) => ['js', 'ts', 'python', 'go'].includes(language))
      .map(({ name }) => `${page} ${name}`),
  );
}

describe('Sound 11: a program that verifies tokens', () => {
  test('Sound 11: is tried with revoked, deleted and foreign tokens, wherever it stands', async () => {
    const found = [...programsOfPages(), ...[...(await snippets()).keys()].map((id) => `quick start ${id}`)];
    const known = [verifiers, triedElsewhere].flatMap((programs) => Object.keys(programs));
    expect(found.toSorted()).toEqual([...known, ...otherPrograms, ...forPython].toSorted());
  });

  test.each(Object.entries(verifiers))(
    'Sound 11: %s accepts access tokens only',
    async (_name, [accepted, expected]) => {
      expect(await accepted()).toEqual(expected);
    },
  );

  const note = hasPyJwt() ? '' : ' (left out: this machine has no PyJWT with cryptography)';
  test.skipIf(note !== '')(`Sound 11: quick start pyjwt accepts access tokens only${note}`, async () => {
    const env = { TOKENS: JSON.stringify(tokens.all) };
    const { stdout, stderr } = await runCommand('python3', ['-'], {
      env,
      input: (await snippet('pyjwt')) + PYTHON_TRIALS,
    });
    expect([JSON.parse(stdout || '[]'), stderr]).toEqual([OFFLINE, '']);
  });
});
