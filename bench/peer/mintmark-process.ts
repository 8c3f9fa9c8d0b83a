import '../isolation.ts';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { startGateway } from '#infra/local/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { type Functions, openFunctions, provideSettings } from '../deployment.ts';
import { invocation } from '../invocation.ts';
import { bearerRequest } from '../requests.ts';
import { arrangeWorkspace, send } from '../workspace.ts';
import { obtainToken, type Store, serveContender } from './contender.ts';
import { LEDGER, SCOPE } from './ledger.ts';
import { memoryRecords } from './memory-records.ts';

/** So long a new key is published before it signs: the default. */
const LEAD_SECONDS = 10_800;

/** The two functions that are compared. */
function contendingOf({ exchange, introspect }: Functions, store: Store) {
  const changes = store === 'memory' ? { records: memoryRecords } : {};
  return { '/oauth/token': exchange.with(changes), '/oauth/introspect': introspect.with(changes) };
}

type Contending = ReturnType<typeof contendingOf>;

/** HTTP as Lambda's events and back, and nothing of API Gateway besides. */
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

/** What a function sees of the event that an HTTP API makes of a request. */
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

/** How far the clock of the workspace is ahead of the real one. */
let aheadSeconds = 0;
const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) + aheadSeconds };

/** Makes the workspace, through all of Mintmark as it runs on one machine. */
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
  // A key of a day is made, and signs once it has been published for long enough.
  for (const seconds of [LEAD_SECONDS, 0]) {
    await functions['rotate-signing-keys']({}, invocation('rotate-signing-keys'));
    aheadSeconds += seconds;
  }
  return client;
}

/** Argument: where to read records from. */
if (import.meta.main) {
  const store = process.argv[2] as Store;
  const functions = openFunctions(await provideSettings(`peer-${store}`), 'online', { clock: () => clock });
  const client = await arrange(functions);
  await serveContender(listenerOf(contendingOf(functions, store)), async (url) => ({
    client,
    introspected: await obtainToken(url, client, LEDGER),
  }));
}
