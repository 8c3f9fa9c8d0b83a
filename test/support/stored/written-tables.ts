import type { World } from '../world/world.ts';

/** The tables written to since the world last forgot its calls, without the audit log. */
export function writtenTables({ dynamo }: World): readonly string[] {
  return dynamo.bodies
    .filter((_, index) => dynamo.calls[index] === 'PutItem' || dynamo.calls[index] === 'DeleteItem')
    .map((body) => (JSON.parse(body) as { TableName: string }).TableName)
    .filter((table) => table !== 'mintmark-audit');
}
