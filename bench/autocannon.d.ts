/** The types of autocannon that the measurements use. The package has no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }

  interface Options {
    readonly url: string;
    readonly connections: number;
    /** The total number of requests. */
    readonly amount: number;
    /** Milliseconds between samples. The end of the run is noticed at a sample. */
    readonly sampleInt: number;
    readonly requests: readonly {
      readonly setupRequest: (request: Request) => Request;
      readonly onResponse: (status: number, body: string) => void;
    }[];
  }

  interface Result {
    readonly errors: number;
    readonly timeouts: number;
  }

  interface Run extends EventEmitter, PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: unknown, statusCode: number, bytes: number, milliseconds: number) => void,
    ): this;
  }

  function autocannon(options: Options): Run;
  export = autocannon;
}
