import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take ten seconds and more, the longest first. The size of a file does not tell how long it takes. */
const LONG = [
  'e2e/faults/each-call-fails',
  'e2e/access/tenant-isolation',
  'shared/adapters/dynamo/dynamo',
  'e2e/operation/start',
  'e2e/faults/lost-replies',
  'e2e/faults/cold-start-faults',
  'e2e/races/credential-races',
  'e2e/faults/degraded-modes',
  'e2e/grants/refresh-token-ends',
  'e2e/access/foreign-ids',
  'shared/domain/founding/bootstrap',
  'e2e/faults/kills',
  'e2e/registration/secret-rotation',
].map((name) => `/test/${name}.test.ts`);

/**
 * Begins with the files that take longest, so that no core waits for one of them in the end. Files of the other project
 * come first, because no process serves two projects.
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
