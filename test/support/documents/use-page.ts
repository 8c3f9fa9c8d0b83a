import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalMintmark, startLocalMintmark } from '../world/local-mintmark.ts';
import { blockNames, PAGE_MILLISECONDS, type PageOptions, type PageSession, runPage } from './page-session.ts';

/** A page that was pasted twice beside a running Mintmark. */
export interface UsedPage {
  readonly mintmark: LocalMintmark;
  readonly session: PageSession;
  /** The same page, pasted once more. */
  readonly again: PageSession;
}

/** The options of `usePage`. */
export interface UsePageOptions extends PageOptions {
  /** Blocks in other languages, as `js node`, each of which a test of the same file runs or compares. */
  readonly programs?: readonly string[];
  /** Prepares the folder before Mintmark starts in it, and says with which settings to start. */
  readonly start?: () => Promise<LocalMintmark>;
}

/**
 * Starts Mintmark, pastes a page twice, and states what every page promises: it runs to its end both times, and it has
 * no block that no test runs. Call it once in a test file.
 */
export function usePage(page: string, { programs = [], start, ...options }: UsePageOptions = {}): () => UsedPage {
  let used: UsedPage;

  beforeAll(async () => {
    const mintmark = await (start ?? startLocalMintmark)();
    const session = await runPage(page, mintmark, options);
    used = { mintmark, session, again: await runPage(page, mintmark, options) };
  }, 2 * PAGE_MILLISECONDS);
  afterAll(() => used.mintmark.stop());

  test(`${page} runs in a shell without a complaint`, () => {
    expect(used.session.result).toMatchObject({ code: 0, stderr: '' });
  });

  test(`${page} can be pasted twice`, () => {
    expect(used.again.result).toMatchObject({ code: 0, stderr: '' });
  });

  test(`${page} has no block but those that some test runs or compares`, () => {
    const leftOut = (options.leaveOut ?? []).map((name) => `sh ${name}`);
    const others = blockNames(page).filter((block) => !block.startsWith('sh ') || leftOut.includes(block));
    expect(others).toEqual([...programs, ...leftOut].toSorted(byPlaceIn(blockNames(page))));
  });

  return () => used;
}

function byPlaceIn(names: readonly string[]) {
  return (one: string, other: string) => names.indexOf(one) - names.indexOf(other);
}
