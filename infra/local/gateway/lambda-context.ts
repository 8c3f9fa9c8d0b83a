import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { functionArn } from './arns.ts';

/** The context object of one invocation that has `timeoutMilliseconds` from now. */
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

/** The runtime nodejs24.x knows no callbacks; the methods exist only because the type still lists them. */
function refuseCallbackStyle(): never {
  throw new Error('nodejs24.x takes the result of the handler, not a callback');
}
