import { importsOf, targetOf } from './imports.ts';

/**
 * Who may import whom. An entry is a file, a folder (`shared/api/`), a package (`zod`, with what lies below it) or a
 * scope (`@aws-sdk/`, `node:`). What stands under `types` may be imported as types only, which leaves nothing behind
 * at run time.
 */
const layers: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> = {
  'shared/domain/': { values: ['shared/domain/', 'node:zlib'] },
  'shared/guides/': { values: ['shared/guides/'], types: ['shared/domain/'] },
  'shared/pages/': { values: ['shared/pages/', 'node:crypto'], types: ['shared/domain/'] },
  'shared/api/': { values: ['shared/api/', 'zod'], types: ['shared/domain/', 'shared/ports.ts', 'shared/shape-of.ts'] },
  'shared/ports.ts': { values: [], types: ['shared/domain/'] },
  'shared/shape-of.ts': { values: [], types: ['zod'] },
  'shared/text/': { values: ['jsonc-parser'] },
  'shared/adapters/': {
    values: [
      'shared/adapters/',
      'shared/domain/',
      'shared/text/',
      '@aws-sdk/',
      'jose',
      'oauth4webapi',
      '@noble/curves/ed25519.js',
      'bcryptjs',
      'dataloader',
      'quick-lru',
      'rate-limiter-flexible',
      'zod',
      'node:',
    ],
    types: ['shared/ports.ts', 'shared/shape-of.ts'],
  },
  'shared/http/': {
    values: [
      'shared/http/',
      'shared/api/',
      'shared/guides/',
      'shared/pages/',
      'shared/domain/',
      'shared/text/',
      '@middy/',
      '@aws-lambda-powertools/logger',
      '@aws-lambda-powertools/metrics',
      'zod',
      'node:',
    ],
    types: ['shared/ports.ts', 'aws-lambda'],
  },
  'functions/': { values: ['shared/'], types: ['aws-lambda'] },
  'sdk/': { values: ['sdk/', 'jose'] },
  'infra/': {
    values: [
      'infra/',
      'functions/',
      'shared/',
      'aws-cdk-lib',
      'constructs',
      'cdk-nag',
      'esbuild',
      'dynalite',
      '@dynoxide/',
      '@noble/curves',
      '@peculiar/x509',
      'reflect-metadata',
      '@aws-sdk/',
      'jose',
      'zod',
      'zod-openapi',
      'node:',
    ],
    types: ['aws-lambda'],
  },
};

/** Folders that hold nothing but layers. */
const LAYERED = /^(?:shared|functions|sdk|infra)\//;

/** What is wrong with the imports of one source file, given by its path from the root. */
export function importViolations(path: string, source: string): readonly string[] {
  if (!LAYERED.test(path)) return [];
  const found = Object.entries(layers).find(([layer]) => isWithin(path, layer));
  if (found === undefined) return [`${path} belongs to no layer`];
  const [layer, { values, types = [] }] = found;
  return importsOf(source).flatMap(({ specifier, isTypeOnly }) => {
    const target = targetOf(path, specifier);
    const allowed = isTypeOnly ? [...values, ...types] : values;
    if (!allowed.some((entry) => isWithin(target, entry))) {
      return [`${path} may not import ${isTypeOnly ? 'types from ' : ''}'${specifier}'`];
    }
    return specifier.startsWith('.') && !isWithin(target, layer) ? [`${path} leaves its layer by '${specifier}'`] : [];
  });
}

function isWithin(target: string, entry: string): boolean {
  return target === entry || target.startsWith(/[/:]$/.test(entry) ? entry : `${entry}/`);
}
