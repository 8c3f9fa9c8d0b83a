import { describe, expect, test } from 'vitest';
import { eventLine, mailLine, requestLine } from '#infra/local/log/log-lines.ts';

const local = new Date(2026, 10, 30, 4, 5, 9);

describe('the line about a request', () => {
  test('says when it came, what it asked for and what came of it', () => {
    const line = { method: 'GET', path: '/v1/tenants', status: 200, milliseconds: 12.4, errorCode: undefined };
    expect(requestLine(line, local)).toBe('04:05:09  GET     /v1/tenants                               200    12 ms');
  });

  test('says why it was refused', () => {
    const line = { method: 'POST', path: '/oauth/token', status: 401, milliseconds: 104, errorCode: 'invalid_client' };
    const shown = '04:05:09  POST    /oauth/token                              401   104 ms  invalid_client';
    expect(requestLine(line, local)).toBe(shown);
  });

  test('shows no secret that stands in the path', () => {
    const path = `/oauth/mms_${'a1'.repeat(26)}`;
    const line = requestLine({ method: 'GET', path, status: 404, milliseconds: 1, errorCode: undefined }, local);
    expect(line).toContain('/oauth/mms_a1a1a1… ');
  });
});

describe('the line about an event', () => {
  const event = (detail: object) => ({
    source: 'mintmark',
    detailType: 'client.created',
    detail: { time: local.toISOString(), outcome: 'succeeded', actor: { clientId: 'cli_1' }, target: {}, ...detail },
  });

  test('says when it happened, what it was, who caused it and what it is about', () => {
    expect(eventLine(event({ target: { tenantId: 'ten_1', clientId: 'cli_2' } }))).toBe(
      '04:05:09  event   client.created succeeded  by cli_1  tenantId ten_1  clientId cli_2',
    );
  });

  test('says why something was refused, and leaves out an actor that nobody knows', () => {
    expect(eventLine(event({ outcome: 'refused', reason: 'forbidden', actor: { clientId: '' } }))).toBe(
      '04:05:09  event   client.created refused (forbidden)',
    );
  });
});

test('the line about a mail says to whom it went, and neither its text nor a code', () => {
  const mail = {
    to: 'ada@example.com',
    subject: 'Your code for Acme',
    text: 'BCDF GHJK',
    receivedAt: local.toISOString(),
  };
  expect(mailLine(mail)).toBe('04:05:09  mail    to ada@example.com: Your code for Acme (see /local/mail)');
});
