import * as z from 'zod';
import type { JsonObject } from '#shared/domain/json.ts';
import type { TokenQuota } from '#shared/domain/records/client.ts';
import type { Versioned } from '#shared/domain/records/lifecycle.ts';
import type { PermissionReference } from '#shared/domain/records/permissions.ts';
import type { ShapeOf } from '#shared/shape-of.ts';

/** Schemas of members that several kinds of records have, in their stored form. */

/** Seconds: a moment since 1970, UTC, or a duration. */
export const seconds = z.int();

/** The members of every record that lasts. */
export const versioned = { version: z.int(), createdAtSeconds: seconds } satisfies ShapeOf<Versioned>;

/** The status of a record that can be disabled. */
export const status = z.enum(['active', 'disabled']);

/** Metadata as JSON text, as `storable` writes it. */
export const metadata = z.string().transform((text) => JSON.parse(text) as JsonObject);

/** The algorithm of a signing key of the workspace. */
export const signingAlgorithm = z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']);

/** A permission as a role or a client refers to it. */
export const permissionReference = z.object({
  apiId: z.string(),
  api: z.string(),
  value: z.string(),
} satisfies ShapeOf<PermissionReference>);

/** The quota of a client or of the workspace. */
export const tokenQuota = z.object({
  perHour: z.int().nullable(),
  perDay: z.int().nullable(),
  enforce: z.boolean(),
} satisfies ShapeOf<TokenQuota>);

/** Returns the stored form of a record. Metadata is JSON text: DynamoDB refuses some of JSON's numbers and names. */
export function storable(record: object): Readonly<Record<string, unknown>> {
  const hasMetadata = 'metadata' in record && record.metadata !== undefined;
  return { ...record, ...(hasMetadata && { metadata: JSON.stringify(record.metadata) }) };
}
