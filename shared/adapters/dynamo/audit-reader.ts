import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type AuditEvent, type AuditFilter, auditEventTypes, auditOutcomes } from '#shared/domain/audit.ts';
import type { AuditReader, Page, PageRequest } from '#shared/domain/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { dayOf, isoTime } from './audit.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { documentClient } from './document-client.ts';

const DAY_SECONDS = 86_400;

/** A page costs at most so many queries, however sparse the events are; the next page goes on where it ended. */
const QUERIES_MAX = 31;

const eventSchema: z.ZodType<AuditEvent> = z.object({
  type: z.enum(auditEventTypes),
  outcome: z.enum(auditOutcomes),
  timeSeconds: z.int(),
  requestId: z.string(),
  actor: z.object({ clientId: z.string(), subject: z.string(), ip: z.string(), userAgent: z.string() }),
  target: z.record(z.string(), z.string()),
  reason: z.string().optional(),
});

/** Reads the Audit table day by day, from the newest event backwards. */
export function dynamoAuditReader(environment: Environment): AuditReader {
  const table = required(environment, 'MINTMARK_AUDIT_TABLE');
  const client = documentClient(environment);
  return {
    list: async (filter, { limit, cursor }: PageRequest): Promise<Page<AuditEvent>> => {
      const found: Item[] = [];
      let before = cursor === undefined ? `${isoTime(filter.toSeconds)}~` : readCursor(cursor).order;
      for (let query = 0; query < QUERIES_MAX; query += 1) {
        const { items, isWholeDay } = await readDay(client, table, { filter, before, limit: limit - found.length });
        found.push(...items.shown);
        before = items.last ?? before;
        if (found.length >= limit) return pageOf(found, before);
        if (isWholeDay && dayBefore(before) < dayOf(filter.fromSeconds)) return pageOf(found);
        if (isWholeDay) before = `${dayBefore(before)}T23:59:59.000Z#~`;
      }
      return pageOf(found, before);
    },
  };
}

type Item = Readonly<Record<string, unknown>>;
interface DayQuery {
  readonly filter: AuditFilter;
  /** Events before this place. */
  readonly before: string;
  readonly limit: number;
}

async function readDay(client: DynamoDBDocumentClient, TableName: string, { filter, before, limit }: DayQuery) {
  const wanted = { type: filter.type, outcome: filter.outcome, 'actor.clientId': filter.clientId };
  const conditions = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const names = conditions.flatMap(([path]) => path.split('.').map((part) => [`#${part}`, part] as const));
  const answer = await client
    .send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#day = :day AND #event BETWEEN :from AND :before',
        ...(conditions.length > 0 && {
          FilterExpression: conditions
            .map(
              ([path], index) =>
                `${path
                  .split('.')
                  .map((part) => `#${part}`)
                  .join('.')} = :wanted${index}`,
            )
            .join(' AND '),
        }),
        ExpressionAttributeNames: { '#day': 'day', '#event': 'event', ...Object.fromEntries(names) },
        ExpressionAttributeValues: {
          ':day': before.slice(0, 10),
          ':from': isoTime(filter.fromSeconds),
          ':before': before,
          ...Object.fromEntries(conditions.map(([, value], index) => [`:wanted${index}`, value])),
        },
        ScanIndexForward: false,
        Limit: limit + 1,
      }),
    )
    .catch(rethrowAsUnavailable);
  const fresh = (answer.Items ?? []).filter((item) => item.event !== before);
  const shown = fresh.slice(0, limit);
  const last = (shown.at(-1) ?? answer.LastEvaluatedKey)?.event as string | undefined;
  return { items: { shown, last }, isWholeDay: answer.LastEvaluatedKey === undefined && fresh.length <= limit };
}

function pageOf(found: readonly Item[], before?: string): Page<AuditEvent> {
  return {
    items: found.map((item) => eventSchema.parse(item)),
    ...(before !== undefined && { nextCursor: writeCursor(before) }),
  };
}

function dayBefore(place: string): string {
  return dayOf(Date.parse(`${place.slice(0, 10)}T00:00:00Z`) / 1_000 - DAY_SECONDS);
}
