import { visit } from 'jsonc-parser';

/** The rules of a reader, besides the rule that no text may be ambiguous. */
export interface JsonRules {
  /** How deep objects and lists may be nested. */
  readonly depthMax: number;
  /** Whether a member may have this name. */
  readonly isName: (name: string) => boolean;
  /** Whether this text may be a value. */
  readonly isText: (text: string) => boolean;
  /** Whether this number, as it is written, may be a value. */
  readonly isNumber: (written: string) => boolean;
}

const NO_RULES: JsonRules = {
  depthMax: Number.POSITIVE_INFINITY,
  isName: () => true,
  isText: () => true,
  isNumber: () => true,
};

/**
 * Parses JSON text strictly. `JSON.parse` keeps the last of two members with the same name and another reader may keep
 * the first (RFC 7519 §4, RFC 8259 §4): such text is refused, as is text that breaks one of the rules.
 * @returns undefined for refused text, and for text that is not JSON
 */
export function parseStrictJson(text: string, rules: JsonRules = NO_RULES): unknown {
  try {
    assertUnambiguous(text, rules);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws at the first fault, so that very deep text is not read to its end. */
function assertUnambiguous(text: string, { depthMax, isName, isText, isNumber }: JsonRules): void {
  // The names in each object or list that is open at this point; lists have none.
  const open: Set<string>[] = [];
  const enter = () => {
    open.push(new Set());
    refuseIf(open.length > depthMax);
  };
  const leave = () => {
    open.pop();
  };
  visit(text, {
    onObjectBegin: enter,
    onObjectEnd: leave,
    onArrayBegin: enter,
    onArrayEnd: leave,
    onObjectProperty: (name) => {
      const names = open.at(-1);
      refuseIf(names?.has(name) === true || !isName(name));
      names?.add(name);
    },
    onLiteralValue: (value: unknown, offset, length) => {
      refuseIf(typeof value === 'string' && !isText(value));
      refuseIf(typeof value === 'number' && !isNumber(text.slice(offset, offset + length)));
    },
  });
}

function refuseIf(isAtFault: boolean): void {
  if (isAtFault) throw new SyntaxError('The text is ambiguous or breaks a rule.');
}
