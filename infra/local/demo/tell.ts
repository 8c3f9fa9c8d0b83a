import { AssertionError } from 'node:assert';
import { inspect, styleText } from 'node:util';
import { shortened } from './shortened.ts';

/** One line of the story. */
export interface Step<Story> {
  readonly name: string;
  /**
   * Does it, asserts it, and says what came of it in a few words.
   * @throws AssertionError where something else came than the story says
   */
  readonly run: (story: Story) => Promise<string>;
}

const NAME_CHARACTERS = 28;
const OUTCOME_CHARACTERS = 36;
const TIME_CHARACTERS = 8;

/** Runs one step after the other and prints a line for each, up to the first that fails; says whether none did. */
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

/** The clock of a line runs from here. */
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
