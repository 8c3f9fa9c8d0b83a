import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { functionArn } from './arns.ts';

/** Makes the context object of an invocation that begins now and ends after `timeoutMilliseconds`. */
export function lambdaContext(functionName: string, timeoutMilliseconds: number): Context {
  const deadline = performance.now() + timeoutMilliseconds;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(functionName),
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: refuseCallbackStyle,
    fail: refuseCallbackStyle,
    succeed: refuseCallbackStyle,
  };
}

/** Refuses a callback. The runtime nodejs24.x has no callbacks, but the type still contains these methods. */
function refuseCallbackStyle(): never {
  throw new Error('The runtime nodejs24.x uses the result of the handler. It has no callbacks.');
}
