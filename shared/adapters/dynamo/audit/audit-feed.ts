import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AuditEvent, AuditFeed } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../../aws-client.ts';
import { required } from '../../node/environment.ts';
import { putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { auditEventSchema, dayOf, isoTime } from './audit-item.ts';

const BATCH_EVENTS = 100;

const DAY_SECONDS = 86_400;

/** Before there is a bookmark, the feed begins with the events of the last hour. */
const FIRST_RANGE_SECONDS = 3_600;

const KEY = { key: 'bookmark#audit-events' };

const bookmarkSchema = z.object({ place: z.string() });

/**
 * Reads the Audit table from the oldest event to the newest, day by day. A bookmark in the Tokens table has the place.
 */
export function dynamoAuditFeed(environment: Environment): AuditFeed {
  const audit = required(environment, 'MINTMARK_AUDIT_TABLE');
  const tokens = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    next: async (untilSeconds) => {
      const bookmark = await readBookmark(client, tokens);
      const place = bookmark ?? isoTime(untilSeconds - FIRST_RANGE_SECONDS);
      const { events, end } = await readDay(client, audit, { place, untilSeconds });
      if (end === place) return undefined;
      return { events, acknowledge: () => moveBookmark(client, tokens, { from: bookmark, to: end }) };
    },
  };
}

async function readBookmark(client: DynamoDBDocumentClient, TableName: string): Promise<string | undefined> {
  const { Item } = await client
    .send(new GetCommand({ TableName, Key: KEY, ConsistentRead: true }))
    .catch(rethrowAsUnavailable);
  return Item && bookmarkSchema.parse(Item).place;
}

interface ReadRange {
  readonly place: string;
  readonly untilSeconds: number;
}

/**
 * Reads events of one day after a place. `end` is the place of the last event; it is the same place if there is no new
 * event.
 */
async function readDay(
  client: DynamoDBDocumentClient,
  TableName: string,
  { place, untilSeconds }: ReadRange,
): Promise<{ readonly events: readonly AuditEvent[]; readonly end: string }> {
  const day = place.slice(0, 10);
  const { Items = [] } = await client
    .send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#day = :day AND #event BETWEEN :place AND :until',
        ExpressionAttributeNames: { '#day': 'day', '#event': 'event' },
        ExpressionAttributeValues: { ':day': day, ':place': place, ':until': `${isoTime(untilSeconds)}~` },
        Limit: BATCH_EVENTS,
        ConsistentRead: true,
      }),
    )
    .catch(rethrowAsUnavailable);
  const newItems = Items.filter(({ event }) => event !== place);
  const events = newItems.map((item) => auditEventSchema.parse(item));
  const last = newItems.at(-1)?.event as string | undefined;
  const isDayOver = last === undefined && day < dayOf(untilSeconds);
  return { events, end: last ?? (isDayOver ? nextDay(day) : place) };
}

function nextDay(day: string): string {
  return isoTime(Date.parse(`${day}T00:00:00Z`) / 1_000 + DAY_SECONDS);
}

function moveBookmark(
  client: DynamoDBDocumentClient,
  TableName: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<boolean> {
  const isUnmoved = {
    ConditionExpression: 'place = :from',
    ExpressionAttributeValues: { ':from': from },
  };
  const isNew = { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } };
  return putIf(client, {
    TableName,
    Key: KEY,
    Item: { ...KEY, place: to },
    ...(from === undefined ? isNew : isUnmoved),
  });
}
