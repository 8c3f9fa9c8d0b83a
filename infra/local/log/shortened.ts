/** Matches Mintmark's secrets and tokens in a text. */
const CREDENTIALS = /\bmm[rs]_\w+|\beyJ[\w-]+(?:\.[\w-]+)*/g;
const CHARACTERS_SHOWN = 10;

/**
 * Cuts every secret and token in a text to its first ten characters. A reader can still tell them apart, but cannot use
 * them.
 */
export function shortened(text: string): string {
  return text.replace(CREDENTIALS, (credential) => `${credential.slice(0, CHARACTERS_SHOWN)}…`);
}
