import type { Page, PageRequest } from '#shared/domain/records/lists.ts';

/** A list that has more pages than this never ends, which is a defect. */
const PAGES_MAX = 50;

/** Follows the cursors of a list to its end. */
export async function readPages<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): Promise<readonly Page<Item>[]> {
  const pages: Page<Item>[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, ...(cursor !== undefined && { cursor }) });
    pages.push(page);
    cursor = page.nextCursor;
  } while (cursor !== undefined && pages.length < PAGES_MAX);
  return pages;
}

/** How many items each page has. */
export function sizesOf(pages: readonly Page<unknown>[]): readonly number[] {
  return pages.map(({ items }) => items.length);
}
