import { describe, expect, test } from 'vitest';
import type { Request } from './judge.ts';
import { type Exceptions, type KeyPolicy, openLedger } from './ledger.ts';
import { statementsOf } from './policy.ts';

const ROLE = 'arn:aws:iam::123456789012:role/exchange';
const ROOT = 'arn:aws:iam::123456789012:root';
const TABLE = 'arn:aws:dynamodb:eu-central-1:123456789012:table/Tokens';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1';

const exchange = {
  functionName: 'exchange',
  roleArn: ROLE,
  statements: statementsOf({
    Statement: { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: TABLE },
  }),
};
const key: KeyPolicy = {
  name: 'signing key',
  statements: statementsOf({
    Statement: { Effect: 'Allow', Action: 'kms:Sign', Resource: '*', Principal: { AWS: [ROLE, ROOT] } },
  }),
};
const request = (action: string): Request => ({ action, resource: TABLE, context: {} });
const sign: Request = { action: 'kms:Sign', resource: KEY, keyArn: KEY, context: {} };

const GET = `exchange | dynamodb:GetItem | ${TABLE}`;
const PUT = `exchange | dynamodb:PutItem | ${TABLE}`;

function open(exceptions: Partial<Exceptions> = {}) {
  const ledger = openLedger({ refused: [], unused: [], ...exceptions });
  ledger.expect([exchange], []);
  return ledger;
}

describe('the ledger', () => {
  test('is content when each grant is used and no call is refused', () => {
    const ledger = open();
    ledger.enter(request('dynamodb:GetItem'), exchange, undefined);
    ledger.enter(request('dynamodb:PutItem'), exchange, undefined);
    const content = { refused: [], unused: [], idle: [], judged: 2, granted: 2, excepted: 0 };
    expect(ledger.verdict()).toEqual(content);
  });

  test('names each grant that no call has used', () => {
    const ledger = open();
    ledger.enter(request('dynamodb:GetItem'), exchange, undefined);
    expect(ledger.verdict()).toMatchObject({ refused: [], unused: [PUT] });
  });

  test('does not take a use before the policies were read for none', () => {
    const ledger = openLedger({ refused: [], unused: [] });
    ledger.enter(request('dynamodb:GetItem'), exchange, undefined);
    ledger.expect([exchange], []);
    expect(ledger.verdict().unused).toEqual([PUT]);
  });

  test('names a refused call with function, action and resource, and does not take it for a use', () => {
    const ledger = open();
    ledger.enter(request('dynamodb:Scan'), exchange, undefined);
    const line = `exchange | dynamodb:Scan | ${TABLE}: no statement of the role of exchange permits it`;
    expect(ledger.verdict()).toMatchObject({ refused: [line], unused: [GET, PUT] });
  });

  test('names a call that could not be judged', () => {
    const ledger = open();
    ledger.refuse('exchange', 's3:GetObject', 'it cannot be judged');
    expect(ledger.verdict().refused).toEqual(['exchange | s3:GetObject | it cannot be judged']);
  });

  test('asks for the use of a key by each principal of its policy', () => {
    const ledger = open();
    ledger.expect([exchange], [key]);
    expect(ledger.verdict().unused).toContain('exchange | kms:Sign | signing key');
    ledger.enter(sign, exchange, key);
    expect(ledger.verdict().unused).not.toContain('exchange | kms:Sign | signing key');
  });

  test('excuses an unused grant by an exception, and counts it', () => {
    const ledger = open({ unused: [{ who: 'exchange', action: /^dynamodb:/, where: 'Tokens', reason: 'of a test' }] });
    expect(ledger.verdict()).toMatchObject({ unused: [], idle: [], excepted: 2 });
  });

  test.each([
    ['another function', { who: 'revoke', action: /./ }],
    ['another action', { action: 'dynamodb:Query' }],
    ['another place', { action: /./, where: 'Audit' }],
  ])('does not excuse by an exception about %s, and names it as idle', (_, about) => {
    const { unused, idle } = open({ unused: [{ ...about, reason: 'of a test' }] }).verdict();
    expect([unused, idle.length]).toEqual([[GET, PUT], 1]);
  });

  test('excuses a refused call by an exception', () => {
    const ledger = open({ refused: [{ action: 'dynamodb:Scan', reason: 'of a test' }] });
    ledger.enter(request('dynamodb:Scan'), exchange, undefined);
    expect(ledger.verdict()).toMatchObject({ refused: [], idle: [] });
  });
});
