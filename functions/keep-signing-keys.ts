import { httpLifecycleAnswers } from '#shared/adapters/deployment/lifecycle-answers.ts';
import { kmsMadeKeys } from '#shared/adapters/deployment/made-keys.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { keepSigningKeys as table } from '#shared/api/without-routes.ts';
import { keepSigningKeys } from '#shared/domain/keys/keep-signing-keys.ts';
import { answerLifecycle } from '#shared/http/lifecycle-event.ts';
import { task } from '#shared/http/task.ts';

const adapters = { ...ambient, madeKeys: kmsMadeKeys, lifecycle: httpLifecycleAnswers };

/**
 * Lets the roles of a deployment use the signing keys that Mintmark made, and ends these keys with the deployment.
 * CloudFormation invokes it for two custom resources; AWS IAM decides who else may.
 */
export const handler = task(table, adapters, async (event: unknown, { madeKeys, lifecycle }) => {
  const result = await answerLifecycle(table.name, event, {
    lifecycle,
    act: ({ type, properties: { step, removal } }) =>
      keepSigningKeys({ isDeleted: type === 'Delete', step, removal }, madeKeys),
  });
  return { result, log: result && { ...result } };
});
