/**
 * A KMS endpoint for development and tests. The unmodified AWS SDK can call it.
 *
 * Key material is in memory and, if a path is given, unencrypted in a JSON file. Never use it for real keys.
 */

import { type Listening, listenOnLoopback } from '../loopback.ts';
import { CallLog } from './call-log.ts';
import type { MaterialMaker } from './key-specs.ts';
import { KeyStore } from './key-store.ts';
import { createKmsServer, type KmsFault } from './server.ts';

export type { KmsFault } from './server.ts';

/** A running endpoint. */
export interface LocalKms extends Listening {
  /** The value for `AWS_ENDPOINT_URL_KMS` or the client's `endpoint`. */
  readonly url: string;
  /** The operations of all requests so far, oldest first. The array grows with new requests. */
  readonly calls: readonly string[];
  /** Forgets the calls so far. The call numbers for `fault` begin at one again. */
  clearCalls(): void;
  /**
   * Stops listening and closes all connections, also a connection that waits for a delayed answer. It can be called
   * twice.
   */
  close(): Promise<void>;
}

/** How to start an endpoint. */
export interface LocalKmsOptions {
  /** Port on 127.0.0.1. 0, the default, means any free port. */
  readonly port?: number;
  /**
   * JSON file for keys and aliases, with mode 0600; it is created if missing. Without it they are in memory only. Only
   * one endpoint at a time may use a file, because the file is read only at the start.
   */
  readonly path?: string;
  /** Supplies the material of new keys. By default it is generated. */
  readonly newMaterial?: MaterialMaker;
  /**
   * Called before each operation; returns a fault to produce. `callNumber` counts the calls of that operation from one.
   */
  readonly fault?: (operation: string, callNumber: number) => KmsFault | undefined;
}

/**
 * Starts the endpoint on 127.0.0.1.
 *
 * @throws Error if the port is in use, or the file at `path` is not a key file
 */
export async function startLocalKms(options: LocalKmsOptions = {}): Promise<LocalKms> {
  const { port = 0, path, newMaterial, fault = () => undefined } = options;
  const calls = new CallLog();
  const server = createKmsServer({ store: new KeyStore(path, newMaterial), calls, fault });
  const { url, close } = await listenOnLoopback(server, port);
  return { url, server, close, calls: calls.operations, clearCalls: () => calls.clear() };
}
