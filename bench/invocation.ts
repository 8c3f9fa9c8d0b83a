import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';

const INVOCATION_MILLISECONDS = 30_000;

/** Makes the context of an invocation, as Lambda does. */
export function invocation(functionName: string) {
  return lambdaContext(functionName, INVOCATION_MILLISECONDS);
}
