import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallLog } from './call-log.ts';
import { KmsError, toKmsError } from './errors.ts';
import type { KeyStore } from './key-store.ts';
import type { Output } from './operations/operation.ts';
import { operations } from './operations/operations.ts';
import { assertSigned, operationNameOf, readBody, sendError, sendOutput } from './wire.ts';

/** A fault to produce for a call. */
export interface KmsFault {
  /** The error to answer with. The operation then has no effect. The status follows from the name, as in KMS. */
  readonly error?: { readonly name: string; readonly message: string };
  /** How long the answer is delayed. */
  readonly latencyMilliseconds?: number;
}

/** The parts of an endpoint. */
export interface KmsEndpoint {
  readonly store: KeyStore;
  readonly calls: CallLog;
  readonly fault: (operation: string, callNumber: number) => KmsFault | undefined;
}

/** Creates the server; it does not listen yet. An unexpected exception is answered as KMSInternalException. */
export function createKmsServer(endpoint: KmsEndpoint): Server {
  return createServer((request, response) => {
    answer(request, endpoint).then(
      (output) => sendOutput(response, output),
      (thrown: unknown) => sendError(response, toKmsError(thrown)),
    );
  });
}

async function answer(request: IncomingMessage, { store, calls, fault }: KmsEndpoint): Promise<Output> {
  const name = operationNameOf(request);
  const callNumber = calls.record(name);
  assertSigned(request);
  const body = await readBody(request);
  await applyFault(fault(name, callNumber));

  const operation = operations.get(name);
  if (operation === undefined) throw new KmsError('UnknownOperationException', `${name} is not available locally.`);
  return operation(body, store);
}

async function applyFault(fault: KmsFault | undefined): Promise<void> {
  // Without a reference, the delay does not keep the process alive after the server is closed.
  if (fault?.latencyMilliseconds !== undefined) await delay(fault.latencyMilliseconds, undefined, { ref: false });
  if (fault?.error !== undefined) throw new KmsError(fault.error.name, fault.error.message);
}
