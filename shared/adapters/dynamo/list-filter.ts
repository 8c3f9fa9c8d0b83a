import { type ListFilter, searchForm } from '#shared/domain/records/lists.ts';

/** The attributes by which the items of a list can be filtered. */
export interface FilterableItems {
  /** The path to the status, e.g. `record.status`. */
  readonly status: readonly string[];
  /** The attribute with the expiry in seconds since 1970; undefined if these items do not expire. */
  readonly expiry?: string;
  readonly nowSeconds?: number;
}

/** A filter as parameters of a DynamoDB query. */
interface FilterParameters {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Whether a request filters its list. */
export function isFiltered({ status, q, ownerUserId }: ListFilter): boolean {
  return status !== undefined || q !== undefined || ownerUserId !== undefined;
}

/**
 * Turns a filter into the parameters of a query. DynamoDB applies the filter after it has read the items from the
 * index. Items from before lists could be searched have no attribute `search`. They pass the filter, and the caller
 * must search them.
 */
export function filterParameters({ status, q, ownerUserId }: ListFilter, items: FilterableItems): FilterParameters {
  const conditions = [
    ...(status === undefined ? [] : statusConditions(status, items)),
    ...(q === undefined ? [] : [searchCondition(q)]),
    ...(ownerUserId === undefined ? [] : [ownerCondition(ownerUserId)]),
  ];
  return {
    expression: conditions.map(({ expression }) => `(${expression})`).join(' AND '),
    names: Object.assign({}, ...conditions.map(({ names }) => names)),
    values: Object.assign({}, ...conditions.map(({ values }) => values)),
  };
}

function searchCondition(q: string): FilterParameters {
  return {
    expression: 'contains(#search, :q) OR attribute_not_exists(#search)',
    names: { '#search': 'search' },
    values: { ':q': searchForm(q) },
  };
}

function ownerCondition(ownerUserId: string): FilterParameters {
  return { expression: '#owner = :owner', names: { '#owner': 'ownerUserId' }, values: { ':owner': ownerUserId } };
}

function statusConditions(status: NonNullable<ListFilter['status']>, items: FilterableItems): FilterParameters[] {
  if (status === 'expired') return [expiryCondition('#expiry <= :now', items)];
  const path = items.status.map((name) => `#${name}`).join('.');
  const names = Object.fromEntries(items.status.map((name) => [`#${name}`, name]));
  const isStatus = { expression: `${path} = :status`, names, values: { ':status': status } };
  if (status === 'disabled' || items.expiry === undefined) return [isStatus];
  return [isStatus, expiryCondition('attribute_not_exists(#expiry) OR #expiry > :now', items)];
}

function expiryCondition(expression: string, { expiry = '', nowSeconds = 0 }: FilterableItems): FilterParameters {
  return { expression, names: { '#expiry': expiry }, values: { ':now': nowSeconds } };
}
