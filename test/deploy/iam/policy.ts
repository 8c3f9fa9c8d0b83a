/** Operator → condition key → the values that the policy names. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A statement of an IAM policy or key policy, with lists in the place of single values. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** The AWS principals of a statement in a key policy; empty in a role's policy. */
  readonly principals: readonly string[];
  readonly conditions: Conditions;
}

const MEMBERS = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];

/**
 * Reads the statements of a policy document.
 * @throws Error for what the judge does not know, such as `NotAction`
 */
export function statementsOf(document: unknown): readonly Statement[] {
  const { Statement } = document as { Statement: Record<string, unknown> | readonly Record<string, unknown>[] };
  return listOf(Statement).map(statementOf);
}

function statementOf(written: Record<string, unknown>): Statement {
  const unknown = Object.keys(written).filter((member) => !MEMBERS.includes(member));
  if (unknown.length > 0) throw new Error(`The judge does not know "${unknown.join(', ')}" in a statement.`);
  const { Effect, Action, Resource, Principal = {}, Condition = {} } = written;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new Error(`The judge does not know the effect "${Effect}".`);
  return {
    effect: Effect,
    actions: textsOf(Action),
    resources: textsOf(Resource),
    principals: principalsOf(Principal),
    conditions: Object.fromEntries(
      Object.entries(Condition as Record<string, Record<string, unknown>>).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, textsOf(values)])),
      ]),
    ),
  };
}

function principalsOf(written: unknown): readonly string[] {
  if (written === '*') return ['*'];
  const kinds = Object.entries(written as Record<string, unknown>);
  return kinds.flatMap(([kind, names]) => textsOf(names).map((name) => (kind === 'AWS' ? name : `${kind}:${name}`)));
}

function textsOf(values: unknown): readonly string[] {
  return listOf(values).map(String);
}

function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}
