/** An event on its way to a function, as MiniStack writes it into one line. */
interface Invocation {
  readonly event?: {
    readonly version?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/**
 * Moves the cookies of a request to the list `cookies`, where payload format 2.0 has them. MiniStack leaves them in the
 * header `cookie`, which API Gateway does not pass on. Every other line stays as it is.
 */
export function asAwsSends(line: string): string {
  const invocation = JSON.parse(line) as Invocation;
  const { event } = invocation;
  if (event?.version !== '2.0' || event.headers?.cookie === undefined) return line;
  const { cookie, ...headers } = event.headers;
  const cookies = cookie.split(/; */).filter((pair) => pair !== '');
  return JSON.stringify({ ...invocation, event: { ...event, cookies, headers } });
}
