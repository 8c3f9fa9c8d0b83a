import { posix } from 'node:path';
import { importsOf, targetOf } from './imports.ts';

/**
 * The rooms of the domain by their floor. A room imports rooms of lower floors only, types included; files directly in
 * `shared/domain/` are the hall, on the lowest floor. A new room gets its line here and a `README.md`.
 */
export const floors: Readonly<Record<string, number>> = {
  'shared/domain': 1,
  'shared/domain/records': 2,
  'shared/domain/people-records': 3,
  'shared/domain/access': 4,
  'shared/domain/keys': 4,
  'shared/domain/registration': 5,
  'shared/domain/authentication': 6,
  'shared/domain/tokens': 7,
  'shared/domain/checks': 8,
  'shared/domain/directory': 8,
  'shared/domain/grants': 8,
  'shared/domain/clients': 9,
  'shared/domain/founding': 9,
  'shared/domain/developers': 10,
  'shared/domain/login': 10,
  'shared/domain/identities': 11,
  'shared/domain/membership': 11,
  'shared/domain/authorization': 12,
};

/** A room with more source files is cut by its own question. */
const FILES_OF_A_ROOM_MAX = 15;

const FILES_OF_A_TEST_FOLDER_MAX = 20;

const README_LINES_MAX = 25;

/** Folders with one file for each table or request: a reader looks them up by name and does not read them in order. */
const TABLES = ['functions', 'test/support/route-requests'];

/** A file of the repository, by its path from the root. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

/** What is wrong with the imports of one source file of the domain: every import that does not go down. */
export function floorViolations({ path, text }: RepositoryFile): readonly string[] {
  const room = posix.dirname(path);
  if (!path.startsWith('shared/domain/')) return [];
  const floor = floors[room];
  if (floor === undefined) return [`${path} lies in a room without a floor`];
  return importsOf(text).flatMap(({ specifier }) => {
    const target = targetOf(path, specifier);
    const targetRoom = posix.dirname(target);
    const targetFloor = floors[targetRoom];
    if (targetRoom === room || targetFloor === undefined || targetFloor < floor) return [];
    return [`${path} imports '${target}', which is not on a lower floor`];
  });
}

/** The folders that hold too many files. */
export function crowdedFolders(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    if (path.endsWith('.ts')) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) => {
    const most = mostFiles(folder);
    return count > most ? [`${folder} has ${count} files, ${most} at most`] : [];
  });
}

function mostFiles(folder: string): number {
  if (TABLES.includes(folder)) return Number.POSITIVE_INFINITY;
  if (folder.startsWith('test')) return FILES_OF_A_TEST_FOLDER_MAX;
  return /^(?:shared|infra)(?:\/|$)/.test(folder) ? FILES_OF_A_ROOM_MAX : Number.POSITIVE_INFINITY;
}

/**
 * What is wrong with the `README.md` of one room: it asks the room's question, and links to each of its source files once,
 * in reading order.
 */
export function readmeViolations(room: string, files: readonly RepositoryFile[]): readonly string[] {
  const path = `${room}/README.md`;
  const text = files.find((file) => file.path === path)?.text;
  if (text === undefined) return [`${room} has no README.md`];
  const lines = text.trimEnd().split('\n');
  const linked = [...text.matchAll(/\]\(([\w-]+\.ts)\)/g)].map(([, name]) => `${room}/${name}`);
  const sources = files.map((file) => file.path).filter((file) => posix.dirname(file) === room && file.endsWith('.ts'));
  return [
    ...(lines.length > README_LINES_MAX ? [`${path} has ${lines.length} lines, ${README_LINES_MAX} at most`] : []),
    ...(lines[2]?.endsWith('?') ? [] : [`${path} does not ask its question in its third line`]),
    ...sources.filter((source) => !linked.includes(source)).map((source) => `${path} does not link to ${source}`),
    ...linked.filter((file, index) => linked.indexOf(file) !== index).map((file) => `${path} links to ${file} twice`),
    ...linked.filter((file) => !sources.includes(file)).map((file) => `${path} links to ${file}, which is not there`),
  ];
}
