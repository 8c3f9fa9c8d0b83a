import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditLog } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { dayOf, isoTime } from './audit-item.ts';

/** Appends events to the Audit table. It only needs the right to put items (`dynamodb:PutItem`). */
export function dynamoAudit(environment: Environment): AuditLog {
  const TableName = required(environment, 'MINTMARK_AUDIT_TABLE');
  const client = documentClient(environment);
  return {
    append: async (event) => {
      const time = isoTime(event.timeSeconds);
      const key = { day: dayOf(event.timeSeconds), event: `${time}#${event.requestId}#${event.outcome}` };
      const put = new PutCommand({
        TableName,
        Item: { ...event, ...key, time },
        ConditionExpression: 'attribute_not_exists(#event)',
        ExpressionAttributeNames: { '#event': 'event' },
      });
      // The item exists already only if the SDK repeated a write because its reply was lost.
      await client.send(put).catch(falseWhereConditionFailed);
    },
  };
}
