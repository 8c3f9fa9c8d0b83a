import type * as z from 'zod';
import type { CompactJws } from './compact-jws.ts';

/** The schemas that the parts of a JWS must fulfil. */
interface Form {
  readonly header: z.ZodType;
  readonly payload: z.ZodType;
}

/**
 * Says in a sentence what makes a JWS unreadable, by the name of a header parameter or claim. The sentence has names of
 * the schemas only, and no text of the JWS.
 */
export function flawOfJws(jws: CompactJws | undefined, form: Form): string {
  if (jws === undefined) return 'It is not a signed JWT in compact form, or its header has crit, b64, jku, jwk or x5*.';
  const header = firstName(form.header.safeParse(jws.header).error);
  if (header !== undefined) return `Its header ${header} is missing or not accepted.`;
  const claim = firstName(form.payload.safeParse(jws.payload).error);
  return claim === undefined
    ? 'Its payload is not a JSON object.'
    : `Its claim ${claim} is missing or of a wrong type.`;
}

function firstName(error: z.ZodError | undefined): string | undefined {
  const [name] = error?.issues[0]?.path ?? [];
  return name === undefined ? undefined : String(name);
}
