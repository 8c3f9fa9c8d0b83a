import '../isolation.ts';
import type { IncomingMessage, RequestListener } from 'node:http';
import { startGateway } from '#infra/local/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { type Functions, openFunctions, provideSettings } from '../deployment.ts';
import { invocation } from '../invocation.ts';
import { proxyEvent } from '../requests.ts';
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
  return async (request, response) => {
    const path = request.url as keyof Contending;
    const headers = request.headers as Record<string, string>;
    const event = proxyEvent({ method: 'POST', path, headers, body: await read(request) });
    const reply = await functions[path](event as never, invocation(path));
    response.writeHead(reply.statusCode, reply.headers).end(reply.body);
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
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
