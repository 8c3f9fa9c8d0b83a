import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditLog } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { dayOf, isoTime } from './audit-item.ts';

/** Appends to the Audit table; the function's role may put items there and nothing else. */
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
      // The same line is there already only when the SDK repeats a write whose reply was lost.
      await client.send(put).catch(falseWhereConditionFailed);
    },
  };
}
