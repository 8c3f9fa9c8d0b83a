import {
  dynamoClientChanger,
  dynamoClientLister,
  dynamoClientRemover,
} from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoDirectoryLister, dynamoRecordRemover } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { removeDeleted as table } from '#shared/api/schedules.ts';
import { removeDeleted } from '#shared/domain/directory/remove-deleted.ts';
import { task } from '#shared/http/task.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  directoryList: dynamoDirectoryLister,
  clientList: dynamoClientLister,
  clientChanger: dynamoClientChanger,
  clientRemover: dynamoClientRemover,
  remains: dynamoRecordRemover,
};

/** Removes the rows of deleted records. It runs on a schedule and has no input. */
export const handler = task(table, adapters, async (_event: unknown, ports) => {
  const progress = await removeDeleted(ports);
  const isIdle = progress.rows === 0 && progress.finished === 0;
  return { result: progress, log: isIdle ? undefined : { ...progress } };
});
