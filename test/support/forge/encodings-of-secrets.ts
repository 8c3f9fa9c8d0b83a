/** The secret as it is and in every encoding in which a text may hold it: JSON, URL, hexadecimal, base64. */
export function encodingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      hex,
      hex.toUpperCase(),
      `%${(hex.match(/../g) ?? []).join('%')}`,
      `%${(hex.toUpperCase().match(/../g) ?? []).join('%')}`,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ...base64Within(bytes),
    ]),
  ];
}

/** Base64 of a longer text that has the secret in it: three alignments, without the digits that neighbours share. */
function base64Within(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = bytes.subarray((3 - offset) % 3);
    const digits = whole.subarray(0, whole.length - (whole.length % 3)).toString('base64');
    return [digits, digits.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
