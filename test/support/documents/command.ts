import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The folder, the environment and the input of a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Beside the environment of the tests; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the command reads from its standard input. */
  readonly input?: string;
}

/** The output of a command. `code` is null if a signal ended it. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, with pipes for all it reads and writes. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input = '' }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, { cwd, env: commandEnvironment(env) });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** The environment of the tests as a user's would be: a test runner forces colours, which a pipe does not get. */
export function commandEnvironment(changes: CommandOptions['env'] = {}): NodeJS.ProcessEnv {
  const merged = { ...process.env, FORCE_COLOR: undefined, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
