import { AssertionError } from 'node:assert';
import { inspect, styleText } from 'node:util';
import { shortened } from './shortened.ts';

/** One step of the story, printed as one line. */
export interface Step<Story> {
  readonly name: string;
  /**
   * Performs and checks the step, and returns its result in a few words.
   * @throws AssertionError if the result differs from the story
   */
  readonly run: (story: Story) => Promise<string>;
}

const NAME_CHARACTERS = 28;
const OUTCOME_CHARACTERS = 36;
const TIME_CHARACTERS = 8;

/**
 * Runs the steps in order, prints a line for each, and stops at the first failure. Returns whether all steps succeeded.
 */
export async function tell<Story>(
  steps: readonly Step<Story>[],
  story: Story,
  print: (line: string) => void,
): Promise<boolean> {
  const startedAtMilliseconds = performance.now();
  for (const [index, step] of steps.entries()) {
    const line = lineOf(index + 1, step.name);
    try {
      print(line(await step.run(story), 'green'));
    } catch (error) {
      print(line('failed', 'red'));
      print(`\n${explain(index + 1, step.name, error)}`);
      return false;
    }
  }
  const seconds = (performance.now() - startedAtMilliseconds) / 1_000;
  print(`\n${steps.length} steps, all as expected, in ${seconds.toFixed(1)} s.`);
  return true;
}

/** Begins a line: its time is measured from this call. */
function lineOf(number: number, name: string): (outcome: string, color: 'green' | 'red') => string {
  const startedAtMilliseconds = performance.now();
  return (outcome, color) => {
    const time = `${Math.round(performance.now() - startedAtMilliseconds)} ms`;
    const columns = [
      styleText('dim', String(number).padStart(2)),
      name.padEnd(NAME_CHARACTERS),
      styleText(color, shortened(outcome).padEnd(OUTCOME_CHARACTERS)),
      styleText('dim', time.padStart(TIME_CHARACTERS)),
    ];
    return columns.join('  ');
  };
}

function explain(number: number, name: string, error: unknown): string {
  const { expected, actual } = error instanceof AssertionError ? error : { expected: 'no error', actual: error };
  return [
    styleText('red', `Step ${number} failed: ${name}`),
    `  expected  ${shown(expected)}`,
    `  came      ${shown(actual)}`,
  ].join('\n');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value, { depth: null });
  return shortened(text).replaceAll('\n', '\n            ');
}
