const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes UTF-8; undefined for other bytes. A lenient decoder replaces them by U+FFFD, so different bytes would be the same
 * text. A byte order mark stays in the text.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
