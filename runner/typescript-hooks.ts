import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Typescript } from './user-module.ts';

/**
 * Module hooks (https://nodejs.org/api/module.html#hooks) that make JavaScript of a user's TypeScript, where Node does not do it by itself. Types are removed,
 * not checked.
 */

let typescript: Typescript;

/** @param data.typescript the file of the TypeScript compiler */
export function initialize(data: { readonly typescript: string }): void {
  typescript = createRequire(import.meta.url)(data.typescript) as Typescript;
}

interface Loaded {
  readonly format: string;
  readonly shortCircuit?: boolean;
  readonly source?: unknown;
}

export async function load(url: string, context: object, next: (url: string, context: object) => Promise<Loaded>): Promise<Loaded> {
  if (!/^file:[^?#]*\.[cm]?ts$/.test(url) || url.includes('/node_modules/')) return next(url, context);
  const file = fileURLToPath(url);
  const isCommonJs = url.endsWith('.cts');
  return { format: isCommonJs ? 'commonjs' : 'module', shortCircuit: true, source: javascript(readFileSync(file, 'utf8'), file, isCommonJs) };
}

function javascript(source: string, file: string, isCommonJs: boolean): string {
  const { ModuleKind, ScriptTarget, transpileModule, flattenDiagnosticMessageText } = typescript;
  const { outputText, diagnostics = [] } = transpileModule(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { module: isCommonJs ? ModuleKind.CommonJS : ModuleKind.ESNext, target: ScriptTarget.ES2022, inlineSourceMap: true, inlineSources: true },
  });
  const [fault] = diagnostics;
  if (fault === undefined) return outputText;
  const error = new SyntaxError(flattenDiagnosticMessageText(fault.messageText, ' '));
  // As Node does for JavaScript: the place is the first line of the stack.
  error.stack = `${file}:${source.slice(0, fault.start).split('\n').length}\n${error.stack}`;
  throw error;
}
