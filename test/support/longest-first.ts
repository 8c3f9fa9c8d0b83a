import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take ten seconds and more, the longest first: what takes long is in no relation to how much is written. */
const LONG = [
  'e2e/faults',
  'e2e/tenant-isolation',
  'shared/adapters/dynamo',
  'e2e/start',
  'e2e/lost-replies',
  'e2e/cold-start-faults',
  'e2e/credential-races',
  'e2e/degraded-modes',
  'e2e/refresh-token-ends',
  'e2e/foreign-ids',
  'shared/domain/bootstrap',
  'e2e/kills',
  'e2e/secret-rotation',
].map((name) => `/test/${name}.test.ts`);

/**
 * Begins with the files that take longest, so that no core waits for one of them in the end. Those of another project come
 * before: no process serves two.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      if (project.name === 'loud') return -1;
      const place = LONG.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
