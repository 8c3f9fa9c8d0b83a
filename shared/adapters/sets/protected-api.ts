import * as z from 'zod';
import { type ApiGuard, apiGuard, type ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { Environment } from '#shared/ports.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { required } from '../node/environment.ts';

const schema = z.object({
  audience: z.string(),
  mode: z.enum(['offline', 'online']),
  routes: z.record(z.string(), z.string().nullable()),
  dpop: z.enum(['accepted', 'required']).optional(),
  selfSigned: z.literal('accepted').optional(),
  mtls: z.enum(['accepted', 'required']).optional(),
  origin: z.string().optional(),
} satisfies ShapeOf<ProtectedApi>);

/**
 * Reads from the settings which API this authorizer protects, and by which rules.
 * @throws Error if the setting MINTMARK_PROTECTED_API is missing, is not JSON or describes no protected API
 */
export function settingProtectedApi(environment: Environment): ApiGuard {
  return apiGuard(schema.parse(JSON.parse(required(environment, 'MINTMARK_PROTECTED_API'))));
}
