import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** An event as a rule of EventBridge would see it. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

/** An endpoint that takes events as EventBridge does (PutEvents, AWS JSON 1.1) and hands them to one listener. */
export interface LocalEvents {
  readonly url: string;
  close(): Promise<void>;
}

interface PutEvents {
  readonly Entries: readonly { readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
}

/** Starts the endpoint on a free port. */
export async function startLocalEvents(onEvent: (event: BusEvent) => void): Promise<LocalEvents> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    takeEvents(request, onEvent).then(
      (taken) => reply(200, taken),
      () => reply(400, { __type: 'ValidationException' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}

async function takeEvents(request: IncomingMessage, onEvent: (event: BusEvent) => void): Promise<object> {
  if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') throw new Error('This is no PutEvents.');
  const { Entries } = (await json(request)) as PutEvents;
  for (const { Source, DetailType, Detail } of Entries) {
    onEvent({ source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
  }
  return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
}
