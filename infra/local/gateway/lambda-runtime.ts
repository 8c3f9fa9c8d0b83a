import type { HandlerFailure, LambdaHandler } from './configuration.ts';
import { lambdaContext } from './lambda-context.ts';

/** A handler with its function's name and the event. */
interface Invocation {
  readonly handler: LambdaHandler;
  readonly functionName: string;
  readonly event: object;
  /** The message of an error that is a regular answer. It is not reported as a failure. */
  readonly answeringErrorMessage?: string;
}

/** The outcome of an invocation. A payload is not checked yet. */
export type InvocationOutcome =
  | { readonly kind: 'returned'; readonly payload: unknown }
  | { readonly kind: 'failed'; readonly errorMessage: string }
  | { readonly kind: 'timed-out' };

/** Runs handlers as Lambda does. */
export interface LambdaRuntime {
  /** Runs a handler. Never rejects: a failure is an outcome, and is reported unless it is a regular answer. */
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** Reports an answer that API Gateway cannot use. */
  report(failure: HandlerFailure): void;
}

interface RuntimeOptions {
  readonly timeoutMilliseconds: number;
  readonly report: (failure: HandlerFailure) => void;
}

/** Creates a runtime in this process. A handler that times out cannot be killed, so its late result is ignored. */
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
    // Only the handler knows the type of its event. On AWS the event is also passed as JSON.
    const answer = await handler(throughJson(event) as never, context);
    return { kind: 'returned', payload: throughJson(answer) };
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    if (errorMessage !== answeringErrorMessage) report({ functionName, error });
    return { kind: 'failed', errorMessage };
  }
}

/** Converts a value to JSON and back, as Lambda does. Undefined becomes null. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
