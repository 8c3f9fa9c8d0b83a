import type { Reply } from '../world/world.ts';

/** Headers that no two replies share. */
const VOLATILE_HEADERS = [
  'apigw-requestid',
  'connection',
  'date',
  'keep-alive',
  'ratelimit',
  'x-amz-apigw-id',
  'x-amzn-requestid',
  'x-request-id',
];

/** Everything in a reply by which a caller could tell two answers apart. */
export function wholeReply({ status, headers, text }: Reply) {
  return { status, text, headers: [...headers].filter(([name]) => !VOLATILE_HEADERS.includes(name)) };
}
