import { globToRegExp } from './glob.ts';
import type { Conditions } from './policy.ts';

/** Condition key → the values of a request. A key that the request does not have is absent. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Comparison = (value: string, written: string) => boolean;

const equals: Comparison = (value, written) => value === written;
const equalsIgnoringCase: Comparison = (value, written) => value.toLowerCase() === written.toLowerCase();
const like: Comparison = (value, written) => globToRegExp(written).test(value);

/** Operators that hold if the value compares with one of the policy's values. */
const positive: Readonly<Record<string, Comparison>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoringCase,
};

/** Operators that hold if the value compares with none of the policy's values. */
const negative: Readonly<Record<string, Comparison>> = {
  StringNotEquals: equals,
  StringNotEqualsIgnoreCase: equalsIgnoringCase,
  StringNotLike: like,
  ArnNotEquals: like,
  ArnNotLike: like,
};

/**
 * Tells whether all conditions of a statement hold for a request ("IAM JSON policy elements: Condition operators" and
 * "multivalued context keys" in the AWS documentation).
 * @throws Error for an operator or a policy variable that the judge does not know, and for several values without a set
 * operator
 */
export function doConditionsHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, written]) => doesHold(operator, written, valuesOf(context, key))),
  );
}

/** AWS compares the names of condition keys without case. */
function valuesOf(context: Context, key: string): readonly string[] | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function doesHold(operator: string, written: readonly string[], values: readonly string[] | undefined): boolean {
  if (written.some((text) => text.includes('${'))) throw new Error(`The judge does not know variables: ${written}.`);
  if (operator === 'Null') return written.includes(String(values === undefined));
  const { set, name, isIfExists } = partsOf(operator);
  const one = comparisonOf(name, written);
  if (set === 'ForAllValues') return (values ?? []).every(one);
  if (values === undefined) return set === '' && (isIfExists || name in negative);
  if (set === 'ForAnyValue') return values.some(one);
  const [value = '', ...others] = values;
  if (others.length > 0) throw new Error(`${operator} compares one value, and the request has ${values.join(', ')}.`);
  return one(value);
}

function partsOf(operator: string) {
  const [name = '', set = ''] = operator.split(':').toReversed();
  return { set, name: name.replace(/IfExists$/, ''), isIfExists: name.endsWith('IfExists') };
}

function comparisonOf(name: string, written: readonly string[]): (value: string) => boolean {
  const isPositive = positive[name];
  if (isPositive !== undefined) return (value) => written.some((text) => isPositive(value, text));
  const isNegative = negative[name];
  if (isNegative !== undefined) return (value) => !written.some((text) => isNegative(value, text));
  throw new Error(`The judge does not know the condition operator "${name}".`);
}
