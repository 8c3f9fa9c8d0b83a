import '../isolation.ts';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { startGateway } from '#infra/local/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { type Functions, openFunctions, provideSettings } from '../deployment.ts';
import { invocation } from '../invocation.ts';
import { arrangeWorkspace } from '../workspace.ts';
import { type Store, serveContender } from './contender.ts';
import { memoryStanding } from './memory-standing.ts';
import { LEDGER, SCOPE } from './tasks.ts';

/** The two functions that are compared. */
function contendingOf({ exchange, introspect }: Functions, store: Store) {
  const changes = store === 'memory' ? { standing: memoryStanding } : {};
  return { '/oauth/token': exchange.with(changes), '/oauth/introspect': introspect.with(changes) };
}

type Contending = ReturnType<typeof contendingOf>;

/** HTTP as Lambda's events and back, and nothing of API Gateway besides. */
function listenerOf(functions: Contending): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url as keyof Contending;
    const event = eventOf(path, request.headers, await read(request));
    const reply = await functions[path](event as never, invocation(path));
    response.writeHead(reply.statusCode, reply.headers).end(reply.body);
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

/** Makes the workspace, through all of Mintmark as it runs on one machine. */
async function arrange(functions: Functions) {
  const httpRoutes = functionRoutes().map((route) => ({ ...route, handler: functions[route.functionName] }));
  const gateway = await startGateway({ httpRoutes });
  const api = { identifier: LEDGER, permission: SCOPE, signingAlgorithm: 'ES256' };
  const workspace = await arrangeWorkspace(gateway.url, functions, { api, newClients: 0 });
  await gateway.close();
  return workspace;
}

/** Argument: where to read records from. */
if (import.meta.main) {
  const store = process.argv[2] as Store;
  const functions = openFunctions(await provideSettings(`peer-${store}`), 'online');
  const { client, accessToken } = await arrange(functions);
  const listener = listenerOf(contendingOf(functions, store));
  await serveContender(listener, async () => ({ client, introspected: accessToken }));
}
