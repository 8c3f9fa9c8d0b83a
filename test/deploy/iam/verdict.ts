import type { Verdict } from './ledger.ts';

/**
 * Prints what a run has shown about permissions. The last line is "0 refused, 0 unused" if there is nothing to mend.
 * @returns whether there is nothing to mend
 */
export function tellVerdict(verdict: Verdict, write: (text: string) => void): boolean {
  const { refused, unused, idle, judged, granted, excepted } = verdict;
  const lines = [
    ...refused.map((line) => `refused  ${line}`),
    ...unused.map((line) => `unused   ${line}`),
    ...idle.map((line) => `an exception that is about nothing: ${line}`),
  ];
  for (const line of lines) write(`${shortened(line)}\n`);
  write(`${judged} requests judged by ${granted} grants, ${excepted} of them excepted with a reason\n`);
  write(`${refused.length} refused, ${unused.length} unused\n`);
  return lines.length === 0 && granted > 0 && judged > 0;
}

/** Leaves out what CloudFormation adds to names, and the account of ARNs. */
function shortened(line: string): string {
  return line
    .replaceAll(/\bMintmark-Service(\w+?)(?:Function|Table)[0-9A-F]{8}-?[0-9A-F]*/g, '$1')
    .replaceAll(/arn:aws:\w+:[\w-]*:\d{12}:(?:table\/)?/g, '');
}
