import { AssertionError } from 'node:assert';
import { inspect, styleText } from 'node:util';
import { shortened } from '../log/shortened.ts';

/** One step of the story. */
export interface Step<Story> {
  readonly name: string;
  /**
   * The title of this step in the short form of the story. A step without a headline runs there too, but gets no line.
   */
  readonly headline?: string;
  /**
   * Performs and checks the step, and returns its result in a few words.
   * @throws AssertionError if the result differs from the story
   */
  readonly run: (story: Story) => Promise<string>;
}

/** The way in which the story is printed. */
export interface TellOptions {
  /** Writes text as it comes: the beginning of a line before its steps run, the rest when they have ended. */
  readonly write: (text: string) => void;
  /** Whether each step gets a line, and not only the steps with a headline. */
  readonly isVerbose: boolean;
}

/** One line of the output: some steps. The last of them gives the outcome. */
interface Line<Story> {
  readonly title: string;
  readonly steps: readonly Step<Story>[];
}

const OUTCOME_CHARACTERS = 36;
const TIME_CHARACTERS = 8;

/**
 * Runs the steps in order, writes lines about them, and stops at the first failure. Resolves with true if all steps
 * succeeded.
 */
export async function tell<Story>(
  steps: readonly Step<Story>[],
  story: Story,
  { write, isVerbose }: TellOptions,
): Promise<boolean> {
  const startedAtMilliseconds = performance.now();
  const lines = linesOf(steps, isVerbose);
  const titleCharacters = Math.max(...lines.map(({ title }) => title.length));
  for (const [index, line] of lines.entries()) {
    write(`${styleText('dim', String(index + 1).padStart(2))}  ${line.title.padEnd(titleCharacters)}`);
    const finish = lineEnd(isVerbose);
    try {
      write(finish(await runAll(line.steps, story), 'green'));
    } catch (error) {
      write(`${finish('failed', 'red')}\n${explain(error)}\n`);
      return false;
    }
  }
  const seconds = (performance.now() - startedAtMilliseconds) / 1_000;
  write(`\n${steps.length} steps, all as expected, in ${seconds.toFixed(1)} s.\n`);
  return true;
}

/**
 * Returns one line for each step. In the short form it returns one line for each headline, with the steps since the
 * last headline; the last step always has a line.
 */
function linesOf<Story>(steps: readonly Step<Story>[], isVerbose: boolean): readonly Line<Story>[] {
  const lines: Line<Story>[] = [];
  let untold: Step<Story>[] = [];
  for (const step of steps) {
    untold.push(step);
    if (!isVerbose && step.headline === undefined && step !== steps.at(-1)) continue;
    lines.push({ title: isVerbose ? step.name : (step.headline ?? step.name), steps: untold });
    untold = [];
  }
  return lines;
}

/** Returns a function that ends a line with its outcome. The verbose form also has the time since this call. */
function lineEnd(isVerbose: boolean): (outcome: string, color: 'green' | 'red') => string {
  const startedAtMilliseconds = performance.now();
  return (outcome, color) => {
    const shownOutcome = shortened(outcome);
    if (!isVerbose) return `  ${styleText(color, shownOutcome)}\n`;
    const time = `${Math.round(performance.now() - startedAtMilliseconds)} ms`.padStart(TIME_CHARACTERS);
    return `  ${styleText(color, shownOutcome.padEnd(OUTCOME_CHARACTERS))}  ${styleText('dim', time)}\n`;
  };
}

/** The step of a line that failed; its cause is the step's own error. */
class StepFailure extends Error {}

/** Runs the steps of one line and returns the outcome of the last. */
async function runAll<Story>(steps: readonly Step<Story>[], story: Story): Promise<string> {
  let outcome = '';
  for (const { name, run } of steps) {
    outcome = await run(story).catch((cause: unknown) => {
      throw new StepFailure(name, { cause });
    });
  }
  return outcome;
}

function explain(failure: unknown): string {
  const { message, cause } = failure as StepFailure;
  const { expected, actual } = cause instanceof AssertionError ? cause : { expected: 'no error', actual: cause };
  return [
    styleText('red', `This step failed: ${message}`),
    `  expected  ${shown(expected)}`,
    `  actual    ${shown(actual)}`,
  ].join('\n');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value, { depth: null });
  return shortened(text).replaceAll('\n', '\n            ');
}
