import { visit } from 'jsonc-parser';

/**
 * Parses JSON text; undefined for what is none, and for an object in which a member comes twice, of which two readers
 * may take different ones (RFC 7519 §4).
 */
export function parseUnambiguous(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return hasRepeatedMember(text) ? undefined : value;
  } catch {
    return undefined;
  }
}

function hasRepeatedMember(text: string): boolean {
  const open: Set<string>[] = [];
  let isRepeated = false;
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectProperty: (name) => {
      isRepeated ||= open.at(-1)?.has(name) === true;
      open.at(-1)?.add(name);
    },
    onObjectEnd: () => {
      open.pop();
    },
  });
  return isRepeated;
}
