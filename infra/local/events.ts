import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from './loopback.ts';

/** An event as a rule of EventBridge sees it. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

interface PutEvents {
  readonly Entries: readonly { readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
}

/** Starts an endpoint with the operation PutEvents of EventBridge (AWS JSON 1.1). It passes each event to `onEvent`. */
export async function startLocalEvents(onEvent: (event: BusEvent) => void): Promise<Listening> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    takeEvents(request, onEvent).then(
      (taken) => reply(200, taken),
      () => reply(400, { __type: 'ValidationException' }),
    );
  });
  return listenOnLoopback(server);
}

async function takeEvents(request: IncomingMessage, onEvent: (event: BusEvent) => void): Promise<object> {
  if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') throw new Error('The operation must be PutEvents.');
  const { Entries } = (await json(request)) as PutEvents;
  for (const { Source, DetailType, Detail } of Entries) {
    onEvent({ source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
  }
  return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
}
