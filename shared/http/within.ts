import { unavailable } from '#shared/domain/errors.ts';

/**
 * What the work comes to, provided that it ends in time; otherwise it goes on, but nobody waits for it.
 * @throws DomainError `temporarily_unavailable` where it does not end in time
 */
export function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(unavailable(new Error(`There is no result after ${milliseconds} ms.`)));
    const timer = setTimeout(giveUp, milliseconds);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
