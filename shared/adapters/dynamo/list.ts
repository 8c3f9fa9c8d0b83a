import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { type Page, type PageRequest, searchForm } from '#shared/domain/records/lists.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type FilterableItems, filterParameters, isFiltered } from './list-filter.ts';

/** How many queries one page of a filtered list may need, even if few items match. */
const FILTERED_QUERIES_MAX = 4;

/** How many items DynamoDB reads in each query of a filtered list. */
const FILTERED_QUERY_ITEMS = 250;

interface ListQuery<Item> extends FilterableItems {
  readonly table: string;
  readonly index: { readonly name: string; readonly partitionKey: string };
  readonly partition: string;
  /** Makes the primary key of an item from the key in a cursor. */
  readonly keyOf: (key: string) => Readonly<Record<string, string>>;
  readonly parse: (item: StoredItem) => Item;
  /** The text in which a search looks for its words. */
  readonly searchText: (item: Item) => string;
}

type StoredItem = Readonly<Record<string, unknown>>;

/**
 * Reads one page of a list from an index. A page without filter needs one query. A page with a filter needs at most
 * `FILTERED_QUERIES_MAX` queries; if these find too few items, the page is short and has a cursor.
 * @throws DomainError `invalid_request` if the cursor is malformed; `temporarily_unavailable`
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
    found.push(...(answer.Items ?? []).filter((item) => q === undefined || matchesSearch(q, item, query)));
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
        // DynamoDB also names a next place at the end of a list. One item more shows whether there is a next page.
        Limit: isFiltered(page) ? FILTERED_QUERY_ITEMS : page.limit + 1,
        ExclusiveStartKey: start,
      }),
    )
    .catch(rethrowAsUnavailable);
}

/** Whether a search finds an item. DynamoDB has already searched items with the attribute `search`. */
function matchesSearch<Item>(q: string, item: StoredItem, { parse, searchText }: ListQuery<Item>): boolean {
  return item.search !== undefined || searchText(parse(item)).includes(searchForm(q));
}
