/** Secrets and tokens of Mintmark, at any place in a text. */
const CREDENTIALS = /\bmm[rs]_\w+|\beyJ[\w-]+(?:\.[\w-]+)*/g;
const CHARACTERS_SHOWN = 10;

/** The text with every secret and token cut to its first characters: they tell two of them apart and open nothing. */
export function shortened(text: string): string {
  return text.replace(CREDENTIALS, (credential) => `${credential.slice(0, CHARACTERS_SHOWN)}…`);
}
