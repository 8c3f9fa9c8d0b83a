import { unavailable } from '#shared/domain/errors.ts';

/**
 * Waits for the result of some work, for a limited time. Work that takes longer is not stopped.
 * @throws DomainError `temporarily_unavailable` if the work takes longer
 */
export function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(unavailable(new Error(`There is no result after ${milliseconds} ms.`)));
    const timer = setTimeout(giveUp, milliseconds);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
