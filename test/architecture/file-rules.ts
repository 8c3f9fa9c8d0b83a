const LINES_MAX = 300;

interface Rule {
  /** The violation, said of a file. */
  readonly says: string;
  readonly appliesTo: RegExp;
  readonly except?: RegExp;
  readonly forbids: RegExp;
}

const SOURCE = /\.ts$/;
const ANY = /(?:)/;

/** What no file may contain. The patterns are written so that they do not match themselves. */
const rules: readonly Rule[] = [
  {
    says: 'reads the environment, which is for shared/adapters/node/environment.ts',
    appliesTo: SOURCE,
    except: /^(?:shared\/adapters\/node\/environment\.ts$|infra\/|test\/|bench\/)/,
    forbids: /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[|\benv\b[^;]*\bfrom\s+['"]node:process['"]/,
  },
  {
    says: 'exports a default',
    appliesTo: SOURCE,
    except: /\.(?:config|d)\.ts$/,
    forbids: /\bexport\s+default\b|\bas\s+default\b/,
  },
  {
    says: 'asks the world itself, for which the domain has ports',
    appliesTo: /^shared\/domain\//,
    forbids: /\b(?:Date|Math\.random|crypto|fetch|setTimeout|setInterval|performance|console)\b\s*[.(]/,
  },
  {
    says: 'imports what only run time knows',
    appliesTo: /^(?:shared|functions|sdk)\/.*\.ts$/,
    forbids: /\bimport\s*\((?!\s*['"])/,
  },
  {
    says: 'requires where the layers cannot be seen',
    appliesTo: /^(?:shared|functions|sdk)\/.*\.ts$/,
    forbids: /\b(?:createRequire|require)\s*\(/,
  },
  {
    says: 'reads an object that no type describes, among objects that ShapeOf describes',
    appliesTo: /^shared\/adapters\/.*\.ts$/,
    forbids: /[oO]bject\(\{(?:[^{}]|\{[^{}]*\})*\}\s*\)(?<=\bShapeOf\b[\s\S]*)/,
  },
  { says: 'mocks a module', appliesTo: SOURCE, forbids: /\bvi\s*\.\s*(?:do)?mock\s*\(/i },
  { says: 'leaves something to do', appliesTo: ANY, forbids: /\b(?:TO[D]O|FIX[M]E)\b/i },
  { says: 'names a path of some machine', appliesTo: ANY, forbids: /(?<![\w.-])\/(?:work|root)\b(?!-)|\/home\// },
  {
    says: 'names the host of a package registry',
    appliesTo: ANY,
    forbids: /\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|npm\.pkg)[\w-]*\.[\w-]+/i,
  },
];

const KEBAB_CASE = /^(?:[a-z0-9.-]+\/)*[a-z0-9]+(?:[.-][a-z0-9]+)*\.ts$/;

/** What is wrong with one file, given by its path from the root. */
export function fileViolations(path: string, text: string): readonly string[] {
  const isSource = SOURCE.test(path);
  const lines = text.trimEnd().split('\n').length;
  return [
    ...(isSource && !KEBAB_CASE.test(path) ? [`${path} is not in kebab-case`] : []),
    ...(isSource && lines > LINES_MAX ? [`${path} has ${lines} lines, ${LINES_MAX} at most`] : []),
    ...rules.flatMap(({ says, appliesTo, except, forbids }) => {
      const match = appliesTo.test(path) && except?.test(path) !== true ? forbids.exec(text) : null;
      return match === null ? [] : [`${path} ${says}: ${match[0]}`];
    }),
  ];
}
