/** Whether a text is a path of the own origin. `//host` and `/\host` are addresses of other origins. */
export function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])[!-~]*$/.test(text);
}

/** Whether a text is an absolute address with `http:` or `https:` and without a character that a header could not hold. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[!-~]+$/i.test(text) && URL.canParse(text);
}

/**
 * Checks the origin of another page, such as `https://app.example.com`.
 * @throws TypeError for a text that is anything but one exact origin, such as `*`
 */
export function assertWebOrigin(text: string): void {
  if (!isWebUrl(text) || new URL(text).origin !== text) throw new TypeError('This is no origin of a web page.');
}
