import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';

const INVOCATION_MILLISECONDS = 30_000;

/** The context of an invocation, as Lambda gives it. */
export function invocation(functionName: string) {
  return lambdaContext(functionName, INVOCATION_MILLISECONDS);
}
