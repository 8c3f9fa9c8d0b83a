/** `12/Mar/2020:19:03:58 +0000`: the common log format of `requestContext.time` and `requestTime`. */
export function commonLogTime(epochMilliseconds: number): string {
  const [, day, month, year, time] = new Date(epochMilliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
