import { randomBytes } from 'node:crypto';

/** A header line: name and value as they were sent. */
export type HeaderField = readonly [name: string, value: string];

/** Headers about the connection to the gateway (RFC 9110 section 7.6.1). A Lambda does not receive them. */
const HOP_BY_HOP_HEADERS = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** Headers that the gateway writes itself. Values from the client are not kept. */
const FORWARDING_HEADERS = new Set(['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto']);

/** Converts Node's flat list of header names and values to pairs. */
export function headerFields(rawHeaders: readonly string[]): HeaderField[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ]);
}

/** Returns all values of a header, in order. Upper and lower case in the name are equal. */
export function headerValues(fields: readonly HeaderField[], name: string): string[] {
  const wanted = name.toLowerCase();
  return fields.filter(([fieldName]) => fieldName.toLowerCase() === wanted).map(([, value]) => value);
}

/**
 * Replaces connection headers by the headers that API Gateway adds. The peer's address is last in `X-Forwarded-For`.
 */
export function forwardedHeaders(
  fields: readonly HeaderField[],
  { sourceIp, port, protocol }: { sourceIp: string; port: number; protocol: string },
): HeaderField[] {
  const kept = fields.filter(([name]) => {
    const lowerCased = name.toLowerCase();
    return !(HOP_BY_HOP_HEADERS.has(lowerCased) || FORWARDING_HEADERS.has(lowerCased));
  });
  const isTraced = headerValues(fields, 'x-amzn-trace-id').length > 0;
  return [
    ...kept,
    ...(isTraced ? [] : [['X-Amzn-Trace-Id', newTraceId()] as const]),
    ['X-Forwarded-For', [...headerValues(fields, 'x-forwarded-for'), sourceIp].join(', ')],
    ['X-Forwarded-Port', String(port)],
    ['X-Forwarded-Proto', protocol],
  ];
}

/** Groups header values by name. Upper and lower case in names are equal; the first spelling is kept. */
export function multiValueHeaders(fields: readonly HeaderField[]): Record<string, string[]> {
  const groups = Map.groupBy(fields, ([name]) => name.toLowerCase());
  return Object.fromEntries(
    [...groups.values()].map((group) => [group[0]?.[0] ?? '', group.map(([, value]) => value)]),
  );
}

function newTraceId(): string {
  const epochSeconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${epochSeconds}-${randomBytes(12).toString('hex')}`;
}
