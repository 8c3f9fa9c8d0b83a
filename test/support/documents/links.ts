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

/** The relative links of a page that lead to no file, or to no heading of it. */
export function deadLinks(page: string): readonly string[] {
  const links = [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : posix.join(posix.dirname(page), path);
    if (!existsSync(new URL(target, root))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
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
