import { expect, test } from 'vitest';
import { asAwsSends } from './cookie-list.ts';

const lineOf = (event: object) => JSON.stringify({ event, ctx: { request_id: '1' } });

test('the cookies of an event of payload format 2.0 come as a list, and not as a header', () => {
  const line = lineOf({ version: '2.0', rawPath: '/login', headers: { cookie: 'a=1; b=2;c=3=4', host: 'x' } });
  expect(JSON.parse(asAwsSends(line))).toEqual({
    event: { version: '2.0', rawPath: '/login', headers: { host: 'x' }, cookies: ['a=1', 'b=2', 'c=3=4'] },
    ctx: { request_id: '1' },
  });
});

test.each([
  ['an event without cookies', lineOf({ version: '2.0', headers: { host: 'x' } })],
  ['an event of payload format 1.0', lineOf({ version: '1.0', headers: { cookie: 'a=1' } })],
  ['an event of a schedule', lineOf({})],
  ['the first line, which is no event', JSON.stringify({ module: 'index', env: { A: 'b' } })],
])('stays as it is: %s', (_what, line) => {
  expect(asAwsSends(line)).toBe(line);
});
