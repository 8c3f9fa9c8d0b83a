import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { type Page, type PageRequest, searchForm } from '#shared/domain/records/lists.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type FilterableItems, filterParameters, isFiltered } from './list-filter.ts';

/** What one request for a page of a filtered list may look at, however few of the items match. */
const FILTERED_QUERIES_MAX = 4;

const FILTERED_QUERY_ITEMS = 250;

interface ListQuery<Item> extends FilterableItems {
  readonly table: string;
  readonly index: { readonly name: string; readonly partitionKey: string };
  readonly partition: string;
  /** The table's own key of the item whose key a cursor names. */
  readonly keyOf: (key: string) => Readonly<Record<string, string>>;
  readonly parse: (item: StoredItem) => Item;
  /** What searches look through. */
  readonly searchText: (item: Item) => string;
}

type StoredItem = Readonly<Record<string, unknown>>;

/**
 * Reads one page of a list index. A plain page is one query at the cost of that page; a filtered one is a bounded
 * number of bounded queries, and ends early where those do not fill it.
 */
export async function readPage<Item>(
  client: DynamoDBDocumentClient,
  query: ListQuery<Item>,
  page: PageRequest,
): Promise<Page<Item>> {
  const { limit, cursor, q } = page;
  const queriesMax = isFiltered(page) ? FILTERED_QUERIES_MAX : 1;
  const found: StoredItem[] = [];
  let start: StoredItem | undefined = cursor === undefined ? undefined : startAfter(readCursor(cursor), query);
  let queries = 0;
  do {
    const answer = await queryFrom(start, query, page, client);
    found.push(...(answer.Items ?? []).filter((item) => q === undefined || isFoundBy(q, item, query)));
    start = answer.LastEvaluatedKey;
    queries += 1;
  } while (start !== undefined && found.length < limit && queries < queriesMax);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : start;
  return { items: shown.map(query.parse), ...(last && { nextCursor: writeCursor(String(last.order)) }) };
}

function startAfter<Item>({ order, key }: ReturnType<typeof readCursor>, { index, partition, keyOf }: ListQuery<Item>) {
  return { ...keyOf(key), [index.partitionKey]: partition, order };
}

function queryFrom<Item>(
  start: StoredItem | undefined,
  query: ListQuery<Item>,
  page: PageRequest,
  client: DynamoDBDocumentClient,
): Promise<QueryCommandOutput> {
  const { table, index, partition } = query;
  const filter = filterParameters(page, query);
  return client
    .send(
      new QueryCommand({
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': index.partitionKey, ...filter.names },
        ExpressionAttributeValues: { ':partition': partition, ...filter.values },
        ...(filter.expression !== '' && { FilterExpression: filter.expression }),
        ScanIndexForward: page.order !== 'desc',
        // DynamoDB names a place to go on from also where nothing follows; one item more tells the two apart.
        Limit: isFiltered(page) ? FILTERED_QUERY_ITEMS : page.limit + 1,
        ExclusiveStartKey: start,
      }),
    )
    .catch(rethrowAsUnavailable);
}

/** DynamoDB has looked through what carries its search text; older items are looked through here. */
function isFoundBy<Item>(q: string, item: StoredItem, { parse, searchText }: ListQuery<Item>): boolean {
  return item.search !== undefined || searchText(parse(item)).includes(searchForm(q));
}
