import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** 127.0.0.0/8 and ::1, and 127.0.0.0/8 inside IPv6, as the kernel of a little-endian machine writes them. */
const LOOPBACK = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

/** The TCP sockets that a process and its descendants listen on. */
export interface Listeners {
  readonly onLoopback: readonly string[];
  readonly elsewhere: readonly string[];
}

/** Asks the kernel of Linux which TCP sockets a process and all its descendants listen on. */
export function listenersOf(rootProcessId: number): Listeners {
  const inodes = new Set(descendantsOf(rootProcessId).flatMap(socketsOf));
  const addresses = ['tcp', 'tcp6'].flatMap((table) => listenersIn(table, inodes));
  return {
    onLoopback: addresses.filter(isOnLoopback),
    elsewhere: addresses.filter((address) => !isOnLoopback(address)),
  };
}

/** Tells whether an address, as the kernel's tables write it, can only be reached from this machine. */
export function isOnLoopback(address: string): boolean {
  return LOOPBACK.test(address.replace(/:.*/, ''));
}

function listenersIn(table: string, inodes: ReadonlySet<string>): readonly string[] {
  const [, ...rows] = readFileSync(`/proc/net/${table}`, 'utf8').trimEnd().split('\n');
  return rows.flatMap((row) => {
    const [, address = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return state === LISTEN && inodes.has(inode) ? [address] : [];
  });
}

function descendantsOf(rootProcessId: number): readonly string[] {
  const parents = new Map(allProcesses().map((processId) => [processId, parentOf(processId)]));
  const family = [String(rootProcessId)];
  for (const member of family) {
    for (const [processId, parent] of parents) if (parent === member) family.push(processId);
  }
  return family;
}

function allProcesses(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** A process may end while it is looked at. It then has no parent and no sockets. */
function parentOf(processId: string): string | undefined {
  return orAbsent(() => /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]);
}

function socketsOf(processId: string): readonly string[] {
  const folder = `/proc/${processId}/fd`;
  const links = orAbsent(() => readdirSync(folder)) ?? [];
  return links.flatMap((link) => {
    const target = orAbsent(() => readlinkSync(`${folder}/${link}`)) ?? '';
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

function orAbsent<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
