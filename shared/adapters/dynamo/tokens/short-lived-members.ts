import * as z from 'zod';
import type { ShortLived } from '#shared/domain/records/lifecycle.ts';
import type { ShapeOf } from '#shared/shape-of.ts';

/** The members that the schemas of all short-lived records have. */
export const shortLived = { version: z.int(), expiresAtSeconds: z.int() } satisfies ShapeOf<ShortLived>;
