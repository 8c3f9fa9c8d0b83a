/** Formats a time as `requestContext.time` and `requestTime` do: `12/Mar/2020:19:03:58 +0000` (common log format). */
export function commonLogTime(epochMilliseconds: number): string {
  const [, day, month, year, time] = new Date(epochMilliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
