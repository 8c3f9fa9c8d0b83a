import type { HandlerFailure, LambdaHandler } from './configuration.ts';
import { lambdaContext } from './lambda-context.ts';

/** A handler, the name it is known by, and the event for it. */
interface Invocation {
  readonly handler: LambdaHandler;
  readonly functionName: string;
  readonly event: object;
  /** The message of a failure that is an answer, so that nobody needs to be told of it. */
  readonly answeringErrorMessage?: string;
}

/** How an invocation ended. Only `returned` carries a payload, in whatever shape the handler chose. */
export type InvocationOutcome =
  | { readonly kind: 'returned'; readonly payload: unknown }
  | { readonly kind: 'failed'; readonly errorMessage: string }
  | { readonly kind: 'timed-out' };

/** Runs handlers as Lambda would. */
export interface LambdaRuntime {
  /** Never rejects; failures are outcomes, and are reported unless they are answers. */
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** Tells whoever runs the gateway about an answer that API Gateway cannot use. */
  report(failure: HandlerFailure): void;
}

interface RuntimeOptions {
  readonly timeoutMilliseconds: number;
  readonly report: (failure: HandlerFailure) => void;
}

/** A runtime inside this process. A handler that times out cannot be killed, so its late result is dropped. */
export function createLambdaRuntime({ timeoutMilliseconds, report }: RuntimeOptions): LambdaRuntime {
  return {
    report,
    async invoke(invocation) {
      const timeout = Promise.withResolvers<InvocationOutcome>();
      const timer = setTimeout(timeout.resolve, timeoutMilliseconds, { kind: 'timed-out' });
      const outcome = await Promise.race([run(invocation, { timeoutMilliseconds, report }), timeout.promise]);
      clearTimeout(timer);
      if (outcome.kind === 'timed-out') {
        const error = new Error(`Task timed out after ${(timeoutMilliseconds / 1000).toFixed(2)} seconds`);
        report({ functionName: invocation.functionName, error });
      }
      return outcome;
    },
  };
}

async function run(
  { handler, functionName, event, answeringErrorMessage }: Invocation,
  { timeoutMilliseconds, report }: RuntimeOptions,
): Promise<InvocationOutcome> {
  try {
    const context = lambdaContext(functionName, timeoutMilliseconds);
    // The event type is the handler's own business: on AWS, too, nothing but JSON lies between the gateway and it.
    const answer = await handler(throughJson(event) as never, context);
    return { kind: 'returned', payload: throughJson(answer) };
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    if (errorMessage !== answeringErrorMessage) report({ functionName, error });
    return { kind: 'failed', errorMessage };
  }
}

/** What is left of a value after Lambda has serialized it; nothing at all becomes null. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
