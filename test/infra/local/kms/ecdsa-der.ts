/**
 * Reads R and S of an ECDSA signature in DER (RFC 3279 section 2.2.3), padded to the width of RFC 7518 section 3.4. It
 * does not use the product's conversion, so that the endpoint is tested independently.
 */
export function signatureHalves(der: Buffer, halfBytes: number): readonly [Buffer, Buffer] {
  const isLong = der[1] === 0x81;
  const content = der.subarray(isLong ? 3 : 2);
  if (der[0] !== 0x30 || content.length !== der[isLong ? 2 : 1])
    throw new Error('The signature is not a DER sequence.');

  const [r, rest] = takeInteger(content, halfBytes);
  const [s, end] = takeInteger(rest, halfBytes);
  if (end.length > 0) throw new Error('There are bytes after the signature.');
  return [r, s];
}

function takeInteger(der: Buffer, halfBytes: number): readonly [Buffer, Buffer] {
  const length = der[1] ?? 0;
  const value = der.subarray(2, 2 + length);
  if (der[0] !== 0x02 || value.length !== length || (value[0] ?? 0x80) >= 0x80)
    throw new Error('The signature contains a value that is not a DER integer.');

  const digits = value[0] === 0 ? value.subarray(1) : value;
  return [Buffer.concat([Buffer.alloc(halfBytes - digits.length), digits]), der.subarray(2 + length)];
}
