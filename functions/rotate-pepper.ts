import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { kmsPepperVault } from '#shared/adapters/kms/pepper-vault.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { rotatePepper as table } from '#shared/api/without-routes.ts';
import { rotatePepper } from '#shared/domain/keys/rotate-pepper.ts';
import { timestampOrNull } from '#shared/http/reply/representations.ts';
import { task } from '#shared/http/task.ts';

const adapters = { ...ambient, pepperVault: kmsPepperVault, audit: dynamoAudit };

/** Rotates the pepper, which seals all secrets. AWS IAM decides which principals may invoke it. */
export const handler = task(table, adapters, async (event: { finish?: boolean } | null, ports, context) => {
  const { createdAtSeconds, overlapping } = await rotatePepper({ finish: event?.finish }, context.awsRequestId, ports);
  return { result: { createdAt: timestampOrNull(createdAtSeconds), overlapping }, log: { overlapping } };
});
