import { dynamoSigningKeyRecords } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { kmsFoundingKeys } from '#shared/adapters/kms/founding-keys.ts';
import { kmsSigningKeyMaker } from '#shared/adapters/kms/signing-key-maker.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { rotateSigningKeys as table } from '#shared/api/schedules.ts';
import { rotateSigningKeys } from '#shared/domain/keys/rotate-signing-keys.ts';
import { task } from '#shared/http/task.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  foundingKeys: kmsFoundingKeys,
  signingKeyRecords: dynamoSigningKeyRecords,
  signingKeyMaker: kmsSigningKeyMaker,
};

/** Makes, activates and destroys signing keys when it is time. It runs on a schedule and has no input. */
export const handler = task(table, adapters, async (_event: unknown, ports) => {
  const progress = await rotateSigningKeys(ports);
  const isIdle = progress.transitions + progress.made + progress.disposed === 0;
  return { result: progress, log: isIdle ? undefined : { ...progress } };
});
