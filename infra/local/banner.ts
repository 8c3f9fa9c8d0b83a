import { join, relative } from 'node:path';
import { authorityFileIn } from './tls/https.ts';
import { describeMutualTls } from './tls/mutual-tls.ts';

/** A Mintmark that has started. */
interface Started {
  readonly url: string;
  readonly mutualTlsUrl: string | undefined;
  /** The data folder, as an absolute path. */
  readonly folder: string;
  /** The address of the first member. */
  readonly firstMember: string;
  /** A link by which the first member logs in; undefined if none was made. */
  readonly loginLink: string | undefined;
}

/** The shell helper that README.md and all pages source first. */
const SHELL_HELPER = new URL('../../docs/mintmark.sh', import.meta.url).pathname;

/** The data folder that the helper looks for if `ADMIN_FILE` is not set. */
const DEFAULT_DATA_FOLDER = '.mintmark';

/** Says where Mintmark answers, how to log in, how to stop it, and which line to paste next. */
export function printBanner(
  { url, mutualTlsUrl, folder, firstMember, loginLink }: Started,
  print: (text: string) => void,
): void {
  const mutualTls = mutualTlsUrl === undefined ? [] : [describeMutualTls(mutualTlsUrl, folder)];
  const trust = url.startsWith('https:') ? describeAuthority(folder) : [];
  const lines = [
    `Mintmark is ready at ${url}`,
    ...mutualTls,
    '',
    `  people  ${describeLogin({ url, firstMember, loginLink })}`,
    `  mails   ${url}/local/mail`,
    `  data    ${fromHere(folder)}, with the administrator's credentials in admin.json`,
    '  stop    Ctrl-C',
    ...trust,
    '',
    'Next, paste this line into another terminal, in the same folder:',
    '',
    `  ${nextLine(folder)}`,
    '',
  ];
  // In one piece, so that no line about a request comes between.
  print(lines.join('\n'));
}

/** Says how the first member logs in: by the link, or later by a code that comes to the mails. */
function describeLogin({ url, firstMember, loginLink }: Pick<Started, 'url' | 'firstMember' | 'loginLink'>): string {
  if (loginLink === undefined) return `log in at ${url}/login as ${firstMember}`;
  return `open this link within ten minutes to log in: ${loginLink}`;
}

/** Says how a program trusts the server. */
function describeAuthority(folder: string): readonly string[] {
  const file = authorityFileIn(folder);
  return [
    `  trust   ${fromHere(file)}, the authority of this server, which can vouch for this machine only:`,
    `          NODE_EXTRA_CA_CERTS=${quoted(file)} for Node, curl --cacert ${quoted(file)}`,
  ];
}

/** Sources the helper, which obtains a management token. */
function nextLine(folder: string): string {
  const isDefault = relative(process.cwd(), folder) === DEFAULT_DATA_FOLDER;
  const adminFile = quoted(fromHere(join(folder, 'admin.json')));
  const helper = quoted(fromHere(SHELL_HELPER));
  return `${isDefault ? '' : `export ADMIN_FILE=${adminFile} && `}. ${helper} && echo "You are the administrator of $MINTMARK"`;
}

/** Writes a path for a shell in the working folder: with `./`, or absolute if it leads out of that folder. */
function fromHere(path: string): string {
  const relativePath = relative(process.cwd(), path);
  return relativePath.startsWith('..') ? path : `./${relativePath}`;
}

/** Quotes a text as one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
