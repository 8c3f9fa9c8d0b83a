import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
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
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      reply(400, { __type: 'UnknownOperationException' });
      return;
    }
    const { Entries } = (await json(request)) as PutEvents;
    for (const { Source, DetailType, Detail } of Entries) {
      onEvent({ source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
    }
    reply(200, { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) });
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
