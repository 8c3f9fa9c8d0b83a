import './log/log-level.ts';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { printBanner } from './banner.ts';
import { eventLine, mailLine, requestLine } from './log/log-lines.ts';
import { replacePrivateFile } from './private-file.ts';
import { type System, type SystemOptions, startSystem } from './system.ts';
import { provideHttps } from './tls/https.ts';
import { provideMutualTls } from './tls/mutual-tls.ts';

const ports = {
  PORT: process.env.PORT || '8787',
  MINTMARK_MTLS_PORT: process.env.MINTMARK_MTLS_PORT || '',
};

const firstMember = process.env.MINTMARK_FIRST_MEMBER || 'admin@example.com';

interface AdministratorFile {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where the lines of a log format go. */
interface Log extends Pick<SystemOptions, 'onEvent' | 'onMail' | 'onRequest'> {
  /** Prints what is for people only. */
  readonly print: (text: string) => void;
}

/** Starts the whole product on this machine (`npm start`). It runs until it gets SIGINT or SIGTERM. */
async function start(): Promise<void> {
  const folder = resolve(process.env.MINTMARK_DATA || '.mintmark');
  await provideFolder(folder);
  const mutualTlsPort = readPort('MINTMARK_MTLS_PORT');
  const mutualTls = mutualTlsPort === undefined ? undefined : await provideMutualTls(folder, mutualTlsPort);
  const https = speaksHttps() ? provideHttps(folder) : undefined;
  const { print, ...loggers } = logsJson() ? jsonLog : shortLog;
  const system = await startSystem({ folder, port: readPort('PORT') ?? 0, https, mutualTls, ...loggers });
  stopOnSignal(system);
  const isFirstStart = await provideAdministrator(system, join(folder, 'admin.json'));
  const loginLink = isFirstStart || asksForLoginLink() ? await newLoginLink(system) : undefined;
  printBanner({ url: system.url, mutualTlsUrl: system.mutualTlsUrl, folder, firstMember, loginLink }, print);
}

/** Whether the command line asks for a login link: `npm start -- --login-link`. */
function asksForLoginLink(): boolean {
  return process.argv.includes('--login-link');
}

/** Makes a link by which the first member logs in once. It voids the links before it. */
async function newLoginLink(system: System): Promise<string | undefined> {
  return (await system.bootstrap({ email: firstMember })).loginLink;
}

/**
 * JSON lines, about events and mails only: the functions print their own lines about requests. Standard output has
 * nothing else, so a program can read it.
 */
const jsonLog: Log = {
  print: console.error,
  onEvent: (event) => console.log(JSON.stringify({ event })),
  onMail: ({ to, subject, receivedAt }) => console.log(JSON.stringify({ mail: { to, subject, receivedAt } })),
};

/** Short lines for people, about requests, events and mails. */
const shortLog: Log = {
  print: console.log,
  onEvent: (event) => console.log(eventLine(event)),
  onMail: (mail) => console.log(mailLine(mail)),
  onRequest: (line) => console.log(requestLine(line, new Date())),
};

/**
 * Makes the data folder, and first the folders above it. A recursive mkdir of the data folder itself would never return
 * if the system refuses it with ENOENT, as in /proc.
 */
async function provideFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Whether the log has the JSON lines that the functions write for CloudWatch, in place of short lines for people.
 * @throws Error if `MINTMARK_LOG` names another format
 */
function logsJson(): boolean {
  const format = process.env.MINTMARK_LOG || 'short';
  if (format === 'short' || format === 'json') return format === 'json';
  throw new Error('MINTMARK_LOG must be short or json');
}

/**
 * Whether the issuer is an https URL.
 * @throws Error if `MINTMARK_HTTPS` is neither on nor off
 */
function speaksHttps(): boolean {
  const text = process.env.MINTMARK_HTTPS || 'off';
  if (text === 'on' || text === 'off') return text === 'on';
  throw new Error('MINTMARK_HTTPS must be on or off');
}

function readPort(variable: keyof typeof ports): number | undefined {
  const text = ports[variable];
  if (text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${variable} must be a number from 0 to 65535`);
}

/**
 * Keeps the administrator of an earlier start in the file. Makes another administrator if the file is missing or damaged,
 * or if it is about other tables than these: its secret would be refused. Returns whether these tables had none before.
 */
async function provideAdministrator(system: System, file: string): Promise<boolean> {
  const known = await readAdministrator(file);
  const { issuer, clientId, clientSecret } = await system.bootstrap();
  if (clientSecret !== undefined) {
    await writeAdministrator(file, { issuer, clientId, clientSecret });
    return true;
  }
  if (known?.clientId === clientId) {
    await writeAdministrator(file, { ...known, issuer });
    return false;
  }
  const made = await system.bootstrap({ newAdministrator: true });
  if (made.clientSecret === undefined) throw new Error('The bootstrap answered without a secret.');
  await writeAdministrator(file, { ...made, clientSecret: made.clientSecret });
  return false;
}

async function readAdministrator(file: string): Promise<AdministratorFile | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AdministratorFile;
  } catch {
    return undefined;
  }
}

function writeAdministrator(file: string, administrator: AdministratorFile): Promise<void> {
  return replacePrivateFile(file, `${JSON.stringify(administrator, undefined, 2)}\n`);
}

function stopOnSignal(system: System): void {
  const stop = () => {
    void system.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** The error codes of the system for a folder that cannot be made or written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENOSPC'];

/** Explains an error. For the most frequent mistakes, it says how to correct them. */
function explain(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use: stop the program that listens there, or set ${variableOf(port)} to another port.`;
  if (UNWRITABLE.includes(code ?? '')) {
    return `The data folder cannot be written (${message}): set MINTMARK_DATA to another folder.`;
  }
  if (isLocked(error)) return 'The data folder is in use by another Mintmark: stop it, or set MINTMARK_DATA.';
  return message;
}

function variableOf(port: number | undefined): keyof typeof ports {
  return port === readPort('MINTMARK_MTLS_PORT') ? 'MINTMARK_MTLS_PORT' : 'PORT';
}

function isLocked(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === 'LEVEL_LOCKED') return true;
  }
  return false;
}

start().catch((error: unknown) => {
  console.error(`Mintmark could not start. ${explain(error)}`);
  process.exit(1);
});
