import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoClientWriter } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryWriter, dynamoSigningKeyRecords } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { kmsFoundingKeys } from '#shared/adapters/kms/founding-keys.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsPepperFounder } from '#shared/adapters/kms/pepper-vault.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { bootstrap as table } from '#shared/api/without-routes.ts';
import { type BootstrapRequest, bootstrap } from '#shared/domain/founding/bootstrap.ts';
import { task } from '#shared/http/task.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  clients: dynamoClientWriter,
  directory: dynamoDirectoryWriter,
  pepperFounder: kmsPepperFounder,
  pepper: kmsPepper,
  foundingKeys: kmsFoundingKeys,
  signingKeyRecords: dynamoSigningKeyRecords,
  hasher: bcryptHasher,
  interactions: dynamoShortLivedWriter,
  audit: dynamoAudit,
};

/**
 * Sets up the workspace and returns the administrator's credentials. AWS IAM decides which principals may invoke it.
 */
export const handler = task(table, adapters, async (event: BootstrapRequest | null, ports, context) => {
  const { newAdministrator, email } = event ?? {};
  const administrator = await bootstrap({ newAdministrator, email }, context.awsRequestId, ports);
  return { result: administrator, log: { clientId: administrator.clientId } };
});
