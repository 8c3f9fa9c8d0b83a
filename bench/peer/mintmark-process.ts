import '../isolation.ts';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { type Functions, openFunctions, provideSettings } from '../deployment.ts';
import { invocation } from '../invocation.ts';
import { bearerRequest } from '../requests.ts';
import { arrangeWorkspace, send } from '../workspace.ts';
import { obtainToken, type Store, serveContender } from './contender.ts';
import { LEDGER, SCOPE } from './ledger.ts';
import { memoryRecords } from './memory-records.ts';

/** The default time for which a new key is published before it signs. */
const LEAD_SECONDS = 10_800;

/** Returns the two functions that are compared, by their path. */
function contendingOf({ exchange, introspect }: Functions, store: Store) {
  const changes = store === 'memory' ? { records: memoryRecords } : {};
  return { '/oauth/token': exchange.with(changes), '/oauth/introspect': introspect.with(changes) };
}

type Contending = ReturnType<typeof contendingOf>;

/** Converts HTTP requests to Lambda events, and the replies to HTTP responses. It does nothing else of API Gateway. */
function listenerOf(functions: Contending): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url as keyof Contending;
    const event = eventOf(path, request.headers, await read(request));
    const reply = await functions[path](event as never, invocation(path));
    response.writeHead(reply.statusCode, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
    response.end(reply.body);
  };
  return (request, response) => void serve(request, response);
}

/** Makes the event of an HTTP API, with only the members that the functions read. */
function eventOf(path: string, headers: IncomingHttpHeaders, body: string) {
  const http = { method: 'POST', path, sourceIp: '127.0.0.1', userAgent: headers['user-agent'] };
  const routeKey = `POST ${path}`;
  return {
    version: '2.0',
    routeKey,
    headers,
    body,
    isBase64Encoded: false,
    requestContext: { requestId: 'bench', http },
  };
}

function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

/** How far the workspace's clock is ahead of real time. */
let aheadSeconds = 0;
const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) + aheadSeconds };

/** Creates the workspace through the local system, and lets a wrapped key sign. */
async function arrange(functions: Functions) {
  const httpRoutes = functionRoutes().map((route) => ({ ...route, handler: functions[route.functionName] }));
  const gateway = await startGateway({ httpRoutes });
  const api = { identifier: LEDGER, permission: SCOPE, signingAlgorithm: 'ES256' };
  const { client, managementToken } = await arrangeWorkspace(gateway.url, functions, { api, newClients: 0 });
  await send(
    gateway.url,
    bearerRequest('PATCH', '/v1/settings', managementToken, { signingKeys: { mode: 'wrapped' } }),
  );
  await gateway.close();
  // The first run creates a wrapped key. The second run, after the lead time, lets it sign.
  for (const seconds of [LEAD_SECONDS, 0]) {
    await functions['rotate-signing-keys']({}, invocation('rotate-signing-keys'));
    aheadSeconds += seconds;
  }
  return client;
}

/** Runs Mintmark as a contender. Argument: the store. */
if (import.meta.main) {
  const store = process.argv[2] as Store;
  const functions = openFunctions(await provideSettings(`peer-${store}`), 'online', { clock: () => clock });
  const client = await arrange(functions);
  await serveContender(listenerOf(contendingOf(functions, store)), async (url) => ({
    client,
    introspected: await obtainToken(url, client, LEDGER),
  }));
}
