import * as z from 'zod';
import { PARAMETER_CHARACTERS_MAX } from '../fields/fields.ts';
import type { Route } from '../table.ts';

/** A value of a form, of limited length. */
export const formValue = z.string().max(PARAMETER_CHARACTERS_MAX).optional();

/** The token of every form. */
export const formToken = { csrf: formValue };

const reply = { status: 200, description: 'A page, or a redirect to another page', file: 'text/html' } as const;

/** A page, without its path. */
export const page = { method: 'GET', caller: 'browser', errors: 'page', reply } as const satisfies Partial<Route>;

/** A form that is posted, without its path and body. */
export const posted = { method: 'POST', caller: 'browser', errors: 'page', reply } as const satisfies Partial<Route>;

/** The body of a form with nothing but its token. */
export const bareForm = {
  encoding: 'form',
  schema: z.object(formToken),
  example: { csrf: 'Vq0mTzXwYbH8KdR5nCs1E2Vq0mTzXwYbH8KdR5nCs1E' },
} as const;
