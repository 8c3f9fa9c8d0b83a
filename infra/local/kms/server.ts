import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallLog } from './call-log.ts';
import { KmsError, toKmsError } from './errors.ts';
import type { KeyStore } from './key-store.ts';
import type { Output } from './operation.ts';
import { operations } from './operations.ts';
import { assertSigned, operationNameOf, readBody, sendError, sendOutput } from './wire.ts';

/** What to do to a call instead of, or before, doing it. */
export interface KmsFault {
  /** Answered in place of the operation, which then has no effect. Statuses are those of KMS: 400, or 5xx for its own faults. */
  readonly error?: { readonly name: string; readonly message: string };
  /** How long the answer, good or bad, is held back. */
  readonly latencyMs?: number;
}

/** What the server serves. */
export interface KmsEndpoint {
  readonly store: KeyStore;
  readonly calls: CallLog;
  readonly fault: (operation: string, callNumber: number) => KmsFault | undefined;
}

/** A server, not yet listening, that answers every request: what fails inside is answered as KMSInternalException. */
export function createKmsServer(endpoint: KmsEndpoint): Server {
  const server = createServer((request, response) => {
    answer(request, endpoint).then(
      (output) => sendOutput(response, output),
      (thrown: unknown) => sendError(response, toKmsError(thrown)),
    );
  });
  // The SDK keeps connections for longer than Node's 5 s; closing first would race with its next request.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function answer(request: IncomingMessage, { store, calls, fault }: KmsEndpoint): Promise<Output> {
  const name = operationNameOf(request);
  const callNumber = calls.record(name);
  assertSigned(request);
  const body = await readBody(request);
  await suffer(fault(name, callNumber));

  const operation = operations.get(name);
  if (operation === undefined) throw new KmsError('UnknownOperationException', `${name} is not available locally.`);
  return operation(body, store);
}

async function suffer(fault: KmsFault | undefined): Promise<void> {
  // Without a reference the wait cannot keep a process alive whose server has been closed.
  if (fault?.latencyMs !== undefined) await delay(fault.latencyMs, undefined, { ref: false });
  if (fault?.error !== undefined) throw new KmsError(fault.error.name, fault.error.message);
}
