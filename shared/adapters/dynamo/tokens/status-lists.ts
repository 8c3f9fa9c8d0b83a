import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { unavailable } from '#shared/domain/errors.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '#shared/domain/records/settings.ts';
import type { DecidingClaims } from '#shared/domain/tokens/claims.ts';
import type { StatusEntries, StatusPlaces } from '#shared/domain/tokens/ports.ts';
import { beginningOf, dayAt, LIST_LENGTH, placeAfter, type StatusPlace } from '#shared/domain/tokens/status-places.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../../aws-client.ts';
import { required } from '../../node/environment.ts';
import { batchGet } from '../batch-get.ts';
import { documentClient } from '../document-client.ts';

/** How many places a process takes at a time. Unused places stay empty when the process or the day ends. */
const BLOCK_LENGTH = 16;

const BLOCKS_PER_LIST = LIST_LENGTH / BLOCK_LENGTH;

/** Longer than any token of the same day lives, even if clocks differ. */
const KEPT_SECONDS = 3 * ACCESS_TOKEN_LIFETIME_SECONDS_MAX;

/** How many times a request asks for a block with a free place. */
const TURNS_MAX = 1_000;

/** Some consecutive places of a day that belong to one process. */
interface Block {
  readonly day: number;
  /** The number of the block in its day; the first is 0. */
  readonly serial: number;
  /** How many of its places are taken. */
  taken: number;
}

const counterSchema = z.object({ blocks: z.int() });

/** The claims as `assign` wrote them, in this or another version of the product. */
const claimsSchema = z.string().transform((text) => JSON.parse(text) as DecidingClaims);

const counterKey = (day: number) => ({ key: `status#${day}` });

const blockKey = ({ day, serial }: Pick<Block, 'day' | 'serial'>) => ({ key: `status#${day}#${serial}` });

const attributeOf = (offset: number) => `token${offset}`;

/**
 * Assigns places of status lists, in the Tokens table. There is one counter for each day, and one item for each block
 * of places. Only the process that took a block writes into it. The condition of each write is that the place is free,
 * or has the same claims because the SDK repeated a write whose reply was lost.
 */
export function dynamoStatusPlaces(environment: Environment): StatusPlaces {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  const takePlace = placeTaker((day, removeAt) => countBlock({ TableName, day, removeAt }, client));
  return {
    assign: async (claims) => {
      const removeAt = claims.nbf + KEPT_SECONDS;
      const { block, offset } = await takePlace(dayAt(claims.nbf), removeAt);
      await client
        .send(
          new UpdateCommand({
            TableName,
            Key: blockKey(block),
            UpdateExpression: 'SET #place = :claims, removeAt = :removeAt',
            ConditionExpression: 'attribute_not_exists(#place) OR #place = :claims',
            ExpressionAttributeNames: { '#place': attributeOf(offset) },
            ExpressionAttributeValues: { ':claims': JSON.stringify(claims), ':removeAt': removeAt },
          }),
        )
        .catch(rethrowAsUnavailable);
      return placeIn(block, offset);
    },
  };
}

/** Takes the places of a block one after another. It takes a new block when all places are taken or the day is over. */
function placeTaker(countBlock: (day: number, removeAt: number) => Promise<number>) {
  let current: Block | undefined;
  let counting: Promise<Block> | undefined;
  const isOpen = (block: Block | undefined, day: number): block is Block =>
    block?.day === day && block.taken < BLOCK_LENGTH;
  const nextBlock = (day: number, removeAt: number) => {
    counting ??= countBlock(day, removeAt)
      .then((serial) => {
        current = { day, serial, taken: 0 };
        return current;
      })
      .finally(() => {
        counting = undefined;
      });
    return counting;
  };
  return async (day: number, removeAt: number) => {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      const block = isOpen(current, day) ? current : await nextBlock(day, removeAt);
      if (!isOpen(block, day)) continue;
      const offset = block.taken;
      block.taken += 1;
      return { block, offset };
    }
    throw unavailable(new Error('There was no free place in a status list.'));
  };
}

/**
 * Takes the next block of a day and returns its number. If the SDK repeats a call whose reply was lost, a block stays
 * empty.
 */
async function countBlock(
  { TableName, day, removeAt }: { readonly TableName: string; readonly day: number; readonly removeAt: number },
  client: DynamoDBDocumentClient,
): Promise<number> {
  const { Attributes } = await client
    .send(
      new UpdateCommand({
        TableName,
        Key: counterKey(day),
        UpdateExpression: 'SET removeAt = :removeAt ADD blocks :one',
        ExpressionAttributeValues: { ':one': 1, ':removeAt': removeAt },
        ReturnValues: 'UPDATED_NEW',
      }),
    )
    .catch(rethrowAsUnavailable);
  return counterSchema.parse(Attributes).blocks - 1;
}

function placeIn({ day, serial }: Block, offset: number): StatusPlace {
  return placeAfter(day, serial * BLOCK_LENGTH + offset);
}

/**
 * Reads the entries of a status list: the counter of its day, and then all taken blocks of the list in one
 * BatchGetItem.
 */
export function dynamoStatusEntries(environment: Environment): StatusEntries {
  const TableName = required(environment, 'MINTMARK_TOKENS_TABLE');
  const client = documentClient(environment);
  return {
    read: async (list) => {
      const { day, others } = beginningOf(list);
      const { Item } = await client
        .send(new GetCommand({ TableName, Key: counterKey(day), ConsistentRead: true }))
        .catch(rethrowAsUnavailable);
      const first = others / BLOCK_LENGTH;
      const taken = Item === undefined ? 0 : counterSchema.parse(Item).blocks - first;
      if (taken <= 0) return undefined;
      const blocks = Array.from({ length: Math.min(taken, BLOCKS_PER_LIST) }, (_, block) => first + block);
      const Keys = blocks.map((serial) => blockKey({ day, serial }));
      const found = await batchGet(client, { [TableName]: { Keys, ConsistentRead: true } });
      const items = new Map((found[TableName] ?? []).map((item) => [item.key, item]));
      return Keys.flatMap(({ key }, block) => entriesOf(items.get(key) ?? {}, block * BLOCK_LENGTH));
    },
  };
}

function entriesOf(item: Readonly<Record<string, unknown>>, firstIndex: number) {
  return Array.from({ length: BLOCK_LENGTH }, (_, offset) => ({ offset, stored: item[attributeOf(offset)] }))
    .filter(({ stored }) => stored !== undefined)
    .map(({ offset, stored }) => ({ index: firstIndex + offset, claims: claimsSchema.parse(stored) }));
}
