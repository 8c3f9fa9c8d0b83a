/**
 * A KMS endpoint for development and tests, spoken to by the unmodified AWS SDK.
 *
 * Key material lies in memory and, when a path is given, unencrypted in a JSON file: local development data only, never the
 * keys of anything that matters.
 */

import { CallLog } from './kms/call-log.ts';
import type { MaterialMaker } from './kms/key-specs.ts';
import { KeyStore } from './kms/key-store.ts';
import { createKmsServer, type KmsFault } from './kms/server.ts';
import { type Listening, listenOnLoopback } from './loopback.ts';

export type { KmsFault } from './kms/server.ts';

/** A running endpoint. */
export interface LocalKms extends Listening {
  /** What `AWS_ENDPOINT_URL_KMS` or the client's `endpoint` has to be. */
  readonly url: string;
  /** The operation named by every request so far, oldest first; a live view. */
  readonly calls: readonly string[];
  /** Forgets the calls so far; the call numbers that faults see start again at one. */
  clearCalls(): void;
  /** Stops listening and drops connections, also those whose answer a fault holds back. Closing twice is harmless. */
  close(): Promise<void>;
}

/** How to start an endpoint. */
export interface LocalKmsOptions {
  /** Port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /**
   * JSON file (mode 0600, made when missing) in which keys and aliases persist; absent keeps them in memory only. One
   * endpoint at a time may use a file: it is read at the start and then only written.
   */
  readonly path?: string;
  /** Where the material of new keys comes from; by default they are generated. */
  readonly newMaterial?: MaterialMaker;
  /** Asked before each operation; `callNumber` counts the calls of that operation from one. */
  readonly fault?: (operation: string, callNumber: number) => KmsFault | undefined;
}

/**
 * Starts the endpoint on 127.0.0.1.
 *
 * @throws Error when the port is taken, or the file at `path` is not a key file
 */
export async function startLocalKms(options: LocalKmsOptions = {}): Promise<LocalKms> {
  const { port = 0, path, newMaterial, fault = () => undefined } = options;
  const calls = new CallLog();
  const server = createKmsServer({ store: new KeyStore(path, newMaterial), calls, fault });
  const { url, close } = await listenOnLoopback(server, port);
  return { url, server, close, calls: calls.operations, clearCalls: () => calls.clear() };
}
