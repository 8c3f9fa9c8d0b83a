import { posix } from 'node:path';

/** One import of a source file. */
export interface Import {
  /** As it is written. */
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

/** Finds static and dynamic imports, re-exports and `import('…')` types. */
export function importsOf(source: string): readonly Import[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s+(?<type>type\s)?(?:[\w*$\s{},]+?\sfrom\s*)?['"](?<specifier>[^'"]+)['"]/gm,
  );
  const calls = source.matchAll(/(?<type>\btypeof\s+)?\bimport\s*\(\s*['"](?<specifier>[^'"]+)['"]/g);
  return [...statements, ...calls].map(({ groups }) => ({
    specifier: groups?.specifier ?? '',
    isTypeOnly: groups?.type !== undefined,
  }));
}

/** Resolves an import of the file at `path`: a path from the root, or the name of a package. */
export function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  return specifier.startsWith('#') ? specifier.slice(1) : specifier;
}
