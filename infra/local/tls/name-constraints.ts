import { Extension } from '@peculiar/x509';

/** The extension of RFC 5280 §4.2.1.10. */
const NAME_CONSTRAINTS = '2.5.29.30';

/** Tags of DER (X.690) and of the names that RFC 5280 gives numbers to. */
const TAG = { sequence: 0x30, permittedSubtrees: 0xa0, dnsName: 0x82, ipAddress: 0x87 } as const;

/** The longest content whose length DER writes in one byte. */
const SHORT_LENGTH_MAX = 127;

/** An address and the mask of a network that has this address only. */
const LOOPBACK_V4 = [127, 0, 0, 1, ...Array<number>(4).fill(255)];
const LOOPBACK_V6 = [...Array<number>(15).fill(0), 1, ...Array<number>(16).fill(255)];

/**
 * Returns the extension that lets an authority vouch for this machine only: `localhost` and names below it, 127.0.0.1
 * and ::1. Clients refuse its certificates for any other host. `@peculiar/x509` has no class for it.
 */
export function localhostOnly(): Extension {
  const names = [
    der(TAG.dnsName, Buffer.from('localhost')),
    der(TAG.ipAddress, Buffer.from(LOOPBACK_V4)),
    der(TAG.ipAddress, Buffer.from(LOOPBACK_V6)),
  ];
  const permitted = der(TAG.permittedSubtrees, ...names.map((name) => der(TAG.sequence, name)));
  return new Extension(NAME_CONSTRAINTS, true, new Uint8Array(der(TAG.sequence, permitted)));
}

/** @throws RangeError for a content that is too long for this short form */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length > SHORT_LENGTH_MAX) throw new RangeError('The content is too long.');
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
