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

/** A page costs at most so many queries, however sparse the events are; the next page goes on where it ended. */
const QUERIES_MAX = 31;

/** Reads the Audit table day by day, from the newest event backwards. */
export function dynamoAuditReader(environment: Environment): AuditReader {
  const table = required(environment, 'MINTMARK_AUDIT_TABLE');
  const client = documentClient(environment);
  return {
    list: async (filter, { limit, cursor }: PageRequest) => {
      const end = `${isoTime(filter.toSeconds)}~`;
      const place = cursor === undefined ? end : readCursor(cursor).order;
      // A cursor of another range can only skip ahead in this one.
      const before = place < end ? place : end;
      return readBackwards((query) => readDay(client, table, { ...query, filter }), { before, limit, filter });
    },
  };
}

type Item = Readonly<Record<string, unknown>>;

interface Position {
  /** Events before this place. */
  readonly before: string;
  readonly limit: number;
}

interface DayQuery extends Position {
  readonly filter: AuditFilter;
}

interface Found {
  readonly items: readonly Item[];
  /** The place to go on from; undefined where the day holds no more. */
  readonly next: string | undefined;
}

/** Collects a page from one query after the other. */
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
  const wanted = wantedOf(filter);
  const answer = await client
    .send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#day = :day AND #event BETWEEN :from AND :before',
        ExpressionAttributeNames: { '#day': 'day', '#event': 'event', ...wanted.names },
        ExpressionAttributeValues: {
          ':day': before.slice(0, 10),
          ':from': isoTime(filter.fromSeconds),
          ':before': before,
          ...wanted.values,
        },
        ...(wanted.expression !== '' && { FilterExpression: wanted.expression }),
        ScanIndexForward: false,
        Limit: limit + 1,
      }),
    )
    .catch(rethrowAsUnavailable);
  const fresh = (answer.Items ?? []).filter((item) => item.event !== before);
  const items = fresh.slice(0, limit);
  const hasMore = answer.LastEvaluatedKey !== undefined || fresh.length > limit;
  const last = items.length === limit ? items.at(-1) : answer.LastEvaluatedKey;
  return { items, next: hasMore ? (last?.event as string | undefined) : undefined };
}

/** The members that an event must have, as a filter expression. */
function wantedOf({ type, outcome, clientId }: AuditFilter) {
  const conditions = [
    { name: '#type', value: type },
    { name: '#outcome', value: outcome },
    { name: '#actor.#clientId', value: clientId },
  ].filter(({ value }) => value !== undefined);
  const names = conditions.flatMap(({ name }) => name.split('.').map((part) => [part, part.slice(1)]));
  return {
    expression: conditions.map(({ name }, index) => `${name} = :wanted${index}`).join(' AND '),
    names: Object.fromEntries(names),
    values: Object.fromEntries(conditions.map(({ value }, index) => [`:wanted${index}`, value])),
  };
}

/** Where the day before ends. */
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
