import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditLog } from '#shared/domain/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { falseWhereConditionFailed } from './conditional-write.ts';
import { documentClient } from './document-client.ts';

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

/** The UTC day under which the audit log keeps an event of this moment. */
export function dayOf(timeSeconds: number): string {
  return isoTime(timeSeconds).slice(0, 10);
}

/** A moment as the audit log sorts by it. */
export function isoTime(timeSeconds: number): string {
  return new Date(timeSeconds * 1_000).toISOString();
}
