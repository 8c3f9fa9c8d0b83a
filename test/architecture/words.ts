/**
 * Words that stop a reader who learned English at school, and what to write in their place. The patterns are written so
 * that they do not match themselves.
 */
const BANNED: readonly { readonly word: RegExp; readonly instead: string }[] = [
  { word: /\bwho[m]?(?:so)?[e]ver\b/i, instead: 'name the person or the party: the client, the caller, the requester' },
  { word: /\bwh(?:at|ich)(?:so)?[e]ver\b/i, instead: '"any", or name the thing' },
  { word: /\b(?:what|that) nothin[g]\b/i, instead: 'a sentence with a subject' },
  { word: /\bwort[h]\b/i, instead: 'what a token permits, or whether it is valid' },
];

/** The text of somebody else, which keeps its words. */
const NOT_OURS = /^(?:LICENSE|package-lock\.json|.*\.snap)$/;

/** The banned words of one file, each with its line and what to write instead. */
export function bannedWords(path: string, text: string): readonly string[] {
  if (NOT_OURS.test(path)) return [];
  return text.split('\n').flatMap((line, index) =>
    BANNED.flatMap(({ word, instead }) => {
      const match = word.exec(line);
      return match === null ? [] : [`${path}:${index + 1} says "${match[0]}"; write ${instead}`];
    }),
  );
}
