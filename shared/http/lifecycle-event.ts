import * as z from 'zod';
import type { LifecycleAnswers } from '#shared/ports.ts';
import { logTaskFailure } from './log.ts';

/** The event of a custom resource (AWS CloudFormation, "Custom resource request objects"). */
const schema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

/** What CloudFormation does with a custom resource, and the properties of the resource in the template. */
export interface LifecycleEvent {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Acts on a lifecycle event and answers CloudFormation, also if the act fails: otherwise it would wait for its time to
 * end. The failure is logged here. Rejects if the event is none, or CloudFormation does not take the answer.
 */
export async function answerLifecycle<Result>(
  functionName: string,
  input: unknown,
  { lifecycle, act }: { readonly lifecycle: LifecycleAnswers; act(event: LifecycleEvent): Promise<Result> },
): Promise<Result | undefined> {
  const { ResponseURL, RequestType: type, ResourceProperties: properties, ...about } = schema.parse(input);
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = `mintmark-${LogicalResourceId}` } = about;
  const answer = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  let result: Result;
  try {
    result = await act({ type, properties });
  } catch (failure) {
    logTaskFailure(functionName, failure);
    await lifecycle.send(ResponseURL, { ...answer, Status: 'FAILED', Reason: `See the log of ${functionName}.` });
    return undefined;
  }
  await lifecycle.send(ResponseURL, { ...answer, Status: 'SUCCESS' });
  return result;
}
