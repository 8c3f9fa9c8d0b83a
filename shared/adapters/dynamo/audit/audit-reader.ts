import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent, AuditFilter, AuditReader } from '#shared/domain/records/audit.ts';
import type { Page, PageRequest } from '#shared/domain/records/lists.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../../aws-client.ts';
import { required } from '../../node/environment.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { documentClient } from '../document-client.ts';
import { auditEventSchema, dayOf, isoTime } from './audit-item.ts';

const DAY_SECONDS = 86_400;

/** How many events DynamoDB reads in each query with a filter. */
const FILTERED_QUERY_EVENTS = 250;

/** How many queries one page may need if there are few events. The next page continues where this one ended. */
const QUERIES_MAX = 31;

/** Reads the Audit table from the newest event to the oldest, day by day. */
export function dynamoAuditReader(environment: Environment): AuditReader {
  const table = required(environment, 'MINTMARK_AUDIT_TABLE');
  const client = documentClient(environment);
  return {
    list: async (filter, { limit, cursor }: PageRequest) => {
      const end = `${isoTime(filter.toSeconds)}~`;
      const place = cursor === undefined ? end : readCursor(cursor).order;
      // A cursor of a later range must not lead out of this range.
      const before = place < end ? place : end;
      return readBackwards((query) => readDay(client, table, { ...query, filter }), { before, limit, filter });
    },
  };
}

type Item = Readonly<Record<string, unknown>>;

interface Position {
  /** Only events before this place are read. */
  readonly before: string;
  readonly limit: number;
}

interface DayQuery extends Position {
  readonly filter: AuditFilter;
}

interface Found {
  readonly items: readonly Item[];
  /** The place of the next read; undefined if the day has no more events. */
  readonly next: string | undefined;
}

/** Collects a page with one query after another. */
async function readBackwards(
  read: (position: Position) => Promise<Found>,
  { before, limit, filter }: DayQuery,
): Promise<Page<AuditEvent>> {
  const found: Item[] = [];
  const start = isoTime(filter.fromSeconds);
  let place = before;
  for (let query = 0; query < QUERIES_MAX && place >= start && found.length < limit; query += 1) {
    const { items, next } = await read({ before: place, limit: limit - found.length });
    found.push(...items);
    place = next ?? endOfDayBefore(place);
  }
  return pageOf(found, place >= start ? place : undefined);
}

async function readDay(client: DynamoDBDocumentClient, TableName: string, query: DayQuery): Promise<Found> {
  const { filter, before, limit } = query;
  const condition = filterConditionOf(filter);
  const answer = await client
    .send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#day = :day AND #event BETWEEN :from AND :before',
        ExpressionAttributeNames: { '#day': 'day', '#event': 'event', ...condition.names },
        ExpressionAttributeValues: {
          ':day': before.slice(0, 10),
          ':from': isoTime(filter.fromSeconds),
          ':before': before,
          ...condition.values,
        },
        ...(condition.expression !== '' && { FilterExpression: condition.expression }),
        ScanIndexForward: false,
        // A filter is applied to the events that were read. Among those of other tenants, a few reads must find some.
        Limit: condition.expression === '' ? limit + 1 : FILTERED_QUERY_EVENTS,
      }),
    )
    .catch(rethrowAsUnavailable);
  const newItems = (answer.Items ?? []).filter((item) => item.event !== before);
  const items = newItems.slice(0, limit);
  const hasMore = answer.LastEvaluatedKey !== undefined || newItems.length > limit;
  const last = items.length === limit ? items.at(-1) : answer.LastEvaluatedKey;
  return { items, next: hasMore ? (last?.event as string | undefined) : undefined };
}

/** Turns the filter into a condition of DynamoDB on the members of an event. */
function filterConditionOf({ type, outcome, clientId, tenantId }: AuditFilter) {
  const conditions = [
    { name: '#type', value: type },
    { name: '#outcome', value: outcome },
    { name: '#actor.#clientId', value: clientId },
    { name: '#target.#tenantId', value: tenantId },
  ].filter(({ value }) => value !== undefined);
  const names = conditions.flatMap(({ name }) => name.split('.').map((part) => [part, part.slice(1)]));
  return {
    expression: conditions.map(({ name }, index) => `${name} = :wanted${index}`).join(' AND '),
    names: Object.fromEntries(names),
    values: Object.fromEntries(conditions.map(({ value }, index) => [`:wanted${index}`, value])),
  };
}

/** Returns the place after the last event of the day before. */
function endOfDayBefore(place: string): string {
  const day = dayOf(Date.parse(`${place.slice(0, 10)}T00:00:00Z`) / 1_000 - DAY_SECONDS);
  return `${day}T23:59:59.000Z#~`;
}

function pageOf(found: readonly Item[], next: string | undefined): Page<AuditEvent> {
  return {
    items: found.map((item) => auditEventSchema.parse(item)),
    ...(next !== undefined && { nextCursor: writeCursor(next) }),
  };
}
