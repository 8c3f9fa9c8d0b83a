import { HTTPS_AS_HTTP } from '../ask/https-as-http.ts';
import { runCommand } from './command.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** Tokens by their names. */
export type NamedTokens = Readonly<Record<string, string>>;

/** Runs a module that exports `verifyAccessToken` once, with each token; answers the names of the accepted tokens. */
export function acceptedByModule(code: string, tokens: NamedTokens): Promise<readonly string[]> {
  return runTrials(`${code}\nconst accepts = (token) => verifyAccessToken(token).then(() => true);`, tokens, {});
}

/**
 * Runs a program that reads `ACCESS_TOKEN` from its environment with each token, and answers the names of the tokens
 * that it accepted. A program that prints `false` has not accepted.
 */
export function acceptedByProgram(
  code: string,
  tokens: NamedTokens,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const lines = code.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import ')).join('\n');
  const accepts = `
const accepts = async (token) => {
  process.env.ACCESS_TOKEN = token;
  let printed;
  await (async (console) => {${body}})({ log: (line) => { printed = line; } });
  return printed !== false;
};`;
  return runTrials([...imports, accepts].join('\n'), tokens, env);
}

async function runTrials(
  code: string,
  tokens: NamedTokens,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const trials = `
const accepted = [];
for (const [name, token] of Object.entries(JSON.parse(process.env.TOKENS))) {
  if (await accepts(token).catch(() => false)) accepted.push(name);
}
console.log(JSON.stringify(accepted));`;
  const {
    code: exitCode,
    stdout,
    stderr,
  } = await runCommand(process.execPath, ['--import', HTTPS_AS_HTTP, '--input-type=module'], {
    cwd: root,
    env: { ...env, TOKENS: JSON.stringify(tokens) },
    input: code + trials,
  });
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
