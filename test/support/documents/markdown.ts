/** A fenced block; what stands behind the language in the fence is its name. */
export interface CodeBlock {
  readonly language: string;
  readonly name: string;
  readonly code: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  const fences = markdown.matchAll(/^```(?<language>\S*)(?: (?<name>\S+))?\n(?<code>[\s\S]*?)^```$/gm);
  return [...fences].map(({ groups }) => ({
    language: groups?.language ?? '',
    name: groups?.name ?? '',
    code: groups?.code ?? '',
  }));
}

/**
 * The code of the block with this name.
 * @throws Error if there is none
 */
export function codeOf(markdown: string, name: string): string {
  const block = codeBlocks(markdown).find((candidate) => candidate.name === name);
  if (block === undefined) throw new Error(`There is no block named "${name}".`);
  return block.code;
}

/** The text between `<!-- name -->` and `<!-- /name -->`. */
export function markedPart(markdown: string, name: string): string {
  return new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)\n<!-- /${name} -->`).exec(markdown)?.[1] ?? '';
}

/** A table with these columns. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** The rows of the table below the line that begins with `head`. */
export function tableBelow(markdown: string, head: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  const below = lines.slice(lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2);
  const rows = below.slice(
    0,
    below.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The first cells of the table below the line that begins with `head`, without code marks. */
export function firstColumn(markdown: string, head: string): readonly string[] {
  const cells = tableBelow(markdown, head).map(([first = '']) => first);
  return cells.flatMap((cell) => cell.split(',').map((part) => part.trim().replaceAll('`', '')));
}
