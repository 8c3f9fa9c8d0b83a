import { DomainError } from '../errors.ts';

/** Names that no application of others may have in any workspace: ours, and the word by which pages vouch for one. */
const ALWAYS_RESERVED = ['Mintmark', 'Verified'];

/** Letters of these scripts are written together with Latin letters every day. */
const BESIDE_LATIN =
  /^[\p{Script_Extensions=Latin}\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}\p{Script_Extensions=Hangul}\p{Script_Extensions=Bopomofo}]$/u;

/** Scripts that a name may have alone. A mixture of them with each other, or with Latin, imitates other names. */
const ALONE = [
  /\p{Script_Extensions=Cyrillic}/u,
  /\p{Script_Extensions=Greek}/u,
  /\p{Script_Extensions=Armenian}/u,
  /\p{Script_Extensions=Georgian}/u,
  /\p{Script_Extensions=Hebrew}/u,
  /\p{Script_Extensions=Arabic}/u,
  /\p{Script_Extensions=Devanagari}/u,
  /\p{Script_Extensions=Bengali}/u,
  /\p{Script_Extensions=Tamil}/u,
  /\p{Script_Extensions=Telugu}/u,
  /\p{Script_Extensions=Thai}/u,
  /\p{Script_Extensions=Ethiopic}/u,
];

/**
 * Characters that look like a Latin letter in most fonts, after lower case and without accents: Cyrillic, Greek and
 * Armenian letters, phonetic letters, digits and signs. A whole word can be written with them.
 */
const LOOK_ALIKES = new Map(
  Object.entries({
    a: 'аαɑ4@',
    b: 'ьв8',
    c: 'сϲ¢',
    d: 'ԁɗ',
    e: 'еєɛε3€',
    f: 'ƒϝ',
    g: 'ɡցԍ9',
    h: 'һհн',
    j: 'јʝ',
    k: 'кκ',
    l: 'іιıiӏ1|!ӀǀI',
    m: 'м',
    n: 'пոην',
    o: 'оοօσ0',
    p: 'рρ',
    q: 'ԛգ',
    r: 'гɾ',
    s: 'ѕꜱ5$',
    t: 'тτ7',
    u: 'υսʋ',
    v: 'ѵ',
    w: 'ԝωшա',
    x: 'хχ×',
    y: 'уγү',
    z: 'ʐ2',
  }).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const)),
);

/**
 * Checks the name of an application that somebody else than the workspace made. People decide by it, so it is written
 * in one script, and contains no reserved name, in any spelling that looks like it. `reservedNames` are those of the
 * workspace. Characters that nobody sees are refused for every name.
 * @throws DomainError `invalid_request`
 */
export function assertThirdPartyName(name: string, reservedNames: readonly string[]): void {
  if (!isOfOneScript(name)) throw refused('The name mixes alphabets whose letters look alike: use one of them.');
  const shape = shapeOf(name);
  if (shape === '') throw refused('The name needs a letter or a digit.');
  // A reserved name of signs only has no shape, and would be part of every name.
  const reserved = [...ALWAYS_RESERVED, ...reservedNames].map(shapeOf).filter((other) => other !== '');
  if (reserved.some((other) => shape.includes(other)))
    throw refused('The name contains a reserved name, or looks as if it did.');
}

function isOfOneScript(name: string): boolean {
  const letters = [...name.normalize('NFKC')].filter((character) => /\p{L}/u.test(character));
  if (letters.every((letter) => BESIDE_LATIN.test(letter))) return true;
  return ALONE.some((script) => letters.every((letter) => script.test(letter)));
}

/** Returns a text as a hurried reader sees it: two texts of the same shape look alike. */
function shapeOf(text: string): string {
  const plain = text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  const letters = [...plain].map((character) => LOOK_ALIKES.get(character) ?? character);
  return letters
    .filter((character) => /[\p{L}\p{N}]/u.test(character))
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

function refused(description: string): DomainError {
  return new DomainError('invalid_request', description, { field: 'name' });
}
