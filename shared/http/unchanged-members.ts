import type { LambdaTable, Route } from '#shared/api/table.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { asDomainError } from './reply/errors.ts';
import type { Incoming } from './request/incoming.ts';
import { isObject } from './request/json.ts';

type Members = Readonly<Record<string, unknown>>;

/** Measurements that change by themselves. They are not compared, and no request can mean to change them. */
const MEASUREMENTS: readonly string[] = ['lastUsedAt'];

/** Runs an operation of the function by its name, for the ids in the path of the request. It answers the body. */
type Show = (operation: string) => Promise<unknown>;

/**
 * Checks the members of a change that answers show and the change cannot change, such as `createdAt`. They may be sent
 * as they are shown at this moment, so that a client can change what it has read and send it back. If the change is for
 * another version than the current one, nothing is compared: the operation refuses it.
 * @throws DomainError `invalid_request` for another value; `not_found` for a patch of a record that does not exist
 */
export async function assertUnchanged(event: Incoming, table: LambdaTable, show: Show): Promise<void> {
  const { readOnlyMembers: sent, route, expectedVersions } = event;
  if (sent === undefined || route === undefined || Object.keys(sent).length === 0) return;
  const shown = await shownNow(event, route, table, show);
  if (expectedVersions !== undefined && !expectedVersions.some((version) => version === shown.version)) return;
  const field = Object.keys(sent).find((name) => !MEASUREMENTS.includes(name) && !isSame(sent[name], shown[name]));
  if (field === undefined) return;
  throw new DomainError(
    'invalid_request',
    `'${field}' cannot be changed by this operation. Leave it out, or send the value that is shown now.`,
    { field },
  );
}

/** The record before the change: as GET of the path shows it, or else as an item of the list above the path. */
async function shownNow(event: Incoming, route: Route, table: LambdaTable, show: Show): Promise<Members> {
  const parent = route.path.slice(0, route.path.lastIndexOf('/'));
  const itself = operationFor(route.path, table);
  const operation = itself ?? operationFor(parent, table);
  if (operation === undefined) throw new Error(`No operation shows ${route.path}.`);
  const body = await show(operation).catch((error: unknown) => {
    // PUT makes a record that does not exist.
    if (route.method === 'PUT' && asDomainError(error).code === 'not_found') return {};
    throw error;
  });
  const shown = asMembers(JSON.parse(JSON.stringify(body)));
  return { ...event.pathParameters, ...(itself === undefined ? itemOf(shown, event) : shown) };
}

function operationFor(path: string, { routes }: LambdaTable): string | undefined {
  return Object.entries(routes).find(([, route]) => route.method === 'GET' && route.path === path)?.[0];
}

/** The item that the last id of the path names. A list with one version has it beside its items. */
function itemOf({ items, version }: Members, { pathParameters }: Incoming): Members {
  const id = Object.values(pathParameters).at(-1);
  const item = Array.isArray(items) ? items.map(asMembers).find((one) => Object.values(one).includes(id)) : undefined;
  return item === undefined ? {} : { version, ...item };
}

function asMembers(value: unknown): Members {
  return isObject(value) ? value : {};
}

/** Whether a value is as it is shown. A member that is left out of an object is not compared; null means absent. */
function isSame(sent: unknown, shown: unknown): boolean {
  if (Array.isArray(sent)) {
    return Array.isArray(shown) && sent.length === shown.length && sent.every((item, at) => isSame(item, shown[at]));
  }
  if (!isObject(sent)) return sent === (shown ?? null);
  if (!isObject(shown)) return false;
  return Object.entries(sent).every(([name, value]) => MEASUREMENTS.includes(name) || isSame(value, shown[name]));
}
