import { stripTypeScriptTypes } from 'node:module';

/**
 * Runs a module with recorders in the place of all that it imports, calls the functions that it exports, and answers
 * every string that was handed to one of them or exported: what the program says, as its language reads it.
 */
export async function stringsSaid(code: string): Promise<readonly string[]> {
  const said: string[] = [];
  const names = [...code.matchAll(/^import (?:type )?(.+) from '[^']+';$/gm)].flatMap(([, imported = '']) =>
    imported.split(/[{},\s]+/).filter((name) => name !== ''),
  );
  const exported = [...code.matchAll(/^export (?:async function|function|const) (\w+)/gm)].map(([, name]) => name);
  const body = code.replaceAll(/^import .+;$/gm, '').replaceAll(/^export /gm, '');
  const stripped = stripTypeScriptTypes(`async function run() {${body}\n return [${exported.join(', ')}]; }`);
  const distinct = [...new Set(names)];
  const run = new Function(...distinct, 'console', `${stripped}; return run();`);
  const stubs = distinct.map(() => recorder(said));
  const values: readonly unknown[] = await run(...stubs, undefined);
  for (const value of values) {
    if (typeof value === 'function') await value(recorder(said), recorder(said), recorder(said));
    else note(value, said);
  }
  return said;
}

/** A value that can be called and constructed. */
class Callable {}

/** What a recorder does not have: it is no promise, and as a token's claims it is on no status list, which would be fetched. */
const MISSING = ['then', 'status'];

/** Can be called, constructed and asked for any member, and is itself every time. */
function recorder(said: string[]): unknown {
  const answer: unknown = new Proxy(Callable, {
    apply: (_target, _this, values) => note(values, said) ?? answer,
    construct: (_target, values) => note(values, said) ?? Object(answer),
    get: (_target, name) => (typeof name === 'symbol' || MISSING.includes(name) ? undefined : answer),
  });
  return answer;
}

function note(value: unknown, said: string[]): undefined {
  if (value instanceof URL) said.push(value.href);
  else if (typeof value === 'string') said.push(value);
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) note(member, said);
}
