import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const root = new URL('../../../', import.meta.url);

/** All pages of the repository in Markdown, as paths from its root. */
export function pages(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root });
  return listed
    .toString()
    .split('\n')
    .filter((path) => path !== '' && existsSync(new URL(path, root)));
}

/** A page without its fenced blocks, in which a bracket is no link. */
function proseOf(page: string): string {
  return readFileSync(new URL(page, root), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** The anchors of a page, by GitHub's rule: lower case, no punctuation, a hyphen for each space. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The relative links of a page, as they are written. */
function relativeLinks(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);
}

/** The path from the root to which a relative link of a page leads. */
function targetOf(page: string, link: string): string {
  const [path = ''] = link.split('#');
  return path === '' ? page : posix.join(posix.dirname(page), path);
}

/** The files and folders to which a page links, as paths from the root. */
export function linksOf(page: string): readonly string[] {
  return relativeLinks(page).map((link) => targetOf(page, link));
}

/** The relative links of a page that lead to no file, or to no heading of it. */
export function deadLinks(page: string): readonly string[] {
  return relativeLinks(page).filter((link) => {
    const target = targetOf(page, link);
    const [, anchor] = link.split('#');
    return !existsSync(new URL(target, root)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
  });
}

/** The files and folders that a page names in backticks, by their whole path, and that do not exist. */
export function missingFiles(page: string, toBeMadeByReaders: readonly string[]): readonly string[] {
  const folders = 'shared|functions|infra|docs|test|bench|\\.ci';
  const named = [...proseOf(page).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))];
  return named
    .map(([, path = '']) => path)
    .filter((path) => !toBeMadeByReaders.includes(path) && !existsSync(new URL(path, root)));
}
