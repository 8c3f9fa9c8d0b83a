import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from '#test/support/documents/command.ts';
import { type LocalMintmark, startLocalMintmark } from '#test/support/world/local-mintmark.ts';

const REPORTS = 'https://api.example.com/reports';
const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
const id = (kind: string) => expect.stringMatching(new RegExp(`^${kind}_[0-9A-Za-z]{22}$`));

describe('the commands that npm start prints', () => {
  let mintmark: LocalMintmark;
  let commands: string;
  let result: CommandResult;

  beforeAll(async () => {
    mintmark = await startLocalMintmark();
    commands = mintmark.printed.slice(mintmark.printed.indexOf('M=http'));
    result = await runCommand('sh', [], { input: commands });
  });
  afterAll(() => mintmark.stop());

  test('run to their end without a complaint', () => {
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  test('answer one line each, as the comments say', () => {
    const [api, token, ...answers] = result.stdout.trim().split('\n').map(parseLine);
    expect(api).toEqual({
      id: id('api'),
      identifier: REPORTS,
      name: 'Reports',
      permissions: [{ value: 'read:reports' }, { value: 'write:reports' }],
      signingAlgorithm: 'RS256',
      tokenLifetimeSeconds: 3_600,
      allowRefreshTokens: false,
      skipConsent: false,
      dpopBoundAccessTokensRequired: false,
      acceptsSelfSignedTokens: false,
      tlsClientCertificateBoundAccessTokens: false,
      tlsClientCertificateBoundAccessTokensRequired: false,
      statusList: false,
      createdAt: time,
      version: 1,
    });
    expect(token).toEqual({
      clientId: id('cli'),
      clientSecret: expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/),
      kind: 'client_credentials',
      description: 'nightly export',
      tenantId: id('ten'),
      roleIds: [id('rol')],
      createdAt: time,
      createdBy: id('cli'),
      expiresAt: null,
      status: 'active',
      secrets: [
        {
          id: expect.stringMatching(/^\w{6}$/),
          lastFour: expect.stringMatching(/^\w{4}$/),
          createdBy: id('cli'),
          createdAt: time,
          expiresAt: null,
        },
      ],
      version: 1,
    });
    expect(answers).toEqual([
      { reports: ['2026 in numbers'] },
      { message: 'Forbidden' },
      expect.objectContaining({ active: true, aud: REPORTS, client_id: id('cli'), scope: 'read:reports' }),
      { active: false },
      { error: 'invalid_client', error_description: 'The client is unknown or its credentials are wrong.' },
    ]);
  });

  test('never answer the secret of the API token a second time', () => {
    expect(result.stdout.match(/mms_\w+/g)).toHaveLength(1);
  });

  test('can be pasted again, and tell the same story', async () => {
    const again = await runCommand('sh', [], { input: commands });
    const withoutIds = ({ stdout }: CommandResult) => stdout.replaceAll(/"[^"]*"/g, '""').replaceAll(/\d{9,}/g, '0');
    expect(withoutIds(again)).toBe(withoutIds(result));
  });

  test('have comments that do no harm in shells which take them for commands', () => {
    const comments = mintmark.printed.split('\n').filter((line) => line.startsWith('#'));
    expect(comments).toHaveLength(7);
    expect(comments.filter((line) => !/^# [\w ,.:]+$/.test(line))).toEqual([]);
  });
});

function parseLine(line: string): unknown {
  return JSON.parse(line);
}
