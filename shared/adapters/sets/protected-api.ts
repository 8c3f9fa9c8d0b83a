import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type ApiGuard, apiGuard, type ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { Environment } from '#shared/ports.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { required } from '../node/environment.ts';

const routes = z.record(z.string(), z.string().nullable());

const schema = z.object({
  audience: z.string(),
  mode: z.enum(['offline', 'online']),
  routes: z.union([routes, z.string().transform(readRoutes)]),
  dpop: z.enum(['accepted', 'required']).optional(),
  selfSigned: z.literal('accepted').optional(),
  mtls: z.enum(['accepted', 'required']).optional(),
  origin: z.string().optional(),
} satisfies ShapeOf<ProtectedApi>);

/**
 * Reads from the settings which API this authorizer protects, and by which rules. In place of its routes the setting may
 * name a file that has them, because all environment variables of a function share 4 KB.
 * @throws Error if the setting MINTMARK_PROTECTED_API is missing, is not JSON or describes no protected API, or if the
 * file of its routes cannot be read
 */
export function settingProtectedApi(environment: Environment): ApiGuard {
  return apiGuard(schema.parse(JSON.parse(required(environment, 'MINTMARK_PROTECTED_API'))));
}

function readRoutes(file: string): z.output<typeof routes> {
  return routes.parse(JSON.parse(readFileSync(file, 'utf8')));
}
