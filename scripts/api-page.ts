import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../platforms/package-root.ts';

/** docs/api.md: what `sockatlas` and `sockatlas/vitest` export, with their docstrings. A test holds it to the sources, so that no change of the library goes unseen. */

const ENTRIES = [
  { name: 'sockatlas', file: 'index.ts' },
  { name: 'sockatlas/vitest', file: 'api/vitest.ts' },
];

const HEAD = `# The library

<!-- Written by \`npm run docs\` from the docstrings. -->

What the command does, as functions. All errors that are not faults of sockatlas, or of arguments that TypeScript refuses, have a \`code\`:

| code | class | |
| --- | --- | --- |
| \`SOCKATLAS_USAGE\` | UsageError | a name, a platform or an option is wrong; the message says what to do |
| \`SOCKATLAS_STEPS\` | StepsError | a sequence of steps cannot be read; \`line\` and \`column\` say where |
| \`SOCKATLAS_RUN_FILE\`, \`SOCKATLAS_JSON_FILE\` | RunFileError, JsonFileError | a file is not of its format; the message has its line and field |
| \`SOCKATLAS_TABLE\`, \`SOCKATLAS_POLICY\` | TableError, PolicyError | a table or a policy of yours is at fault |
| \`SOCKATLAS_ENVIRONMENT\` | EnvironmentError | the machine: no agent can be started, no ports, descriptors or memory |

Functions that take time have a \`signal\`: they end early with what they have. JSON Schemas are at \`sockatlas/schema/*.schema.json\`.
`;

/** Longer types are named, not shown. */
const LONGEST = 2500;

export function apiPage(): string {
  const program = ts.createProgram({
    rootNames: ENTRIES.map(({ file }) => join(packageRoot, file)),
    options: { ...options(), noEmit: true },
  });
  const checker = program.getTypeChecker();
  const parts = ENTRIES.flatMap(({ name, file }) => {
    const source = program.getSourceFile(join(packageRoot, file)) as ts.SourceFile;
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol);
    const symbols = exported.map((symbol) => ({ name: symbol.name, symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol }));
    const kinds: [string, (symbol: ts.Symbol) => boolean][] = [
      ['Functions', (symbol) => (symbol.flags & ts.SymbolFlags.Function) !== 0],
      ['Values', (symbol) => (symbol.flags & ts.SymbolFlags.Variable) !== 0],
      ['Errors', (symbol) => (symbol.flags & ts.SymbolFlags.Class) !== 0],
      ['Types', (symbol) => (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) !== 0 && (symbol.flags & ts.SymbolFlags.Value) === 0],
    ];
    return [
      `## ${name}`,
      ...kinds.flatMap(([title, is]) => {
        const own = symbols.filter(({ symbol }) => is(symbol)).sort((a, b) => (a.name < b.name ? -1 : 1));
        return own.length === 0 ? [] : [`### ${title}`, ...own.map((one) => entry(checker, one.name, one.symbol))];
      }),
    ];
  });
  return `${[HEAD.trimEnd(), ...parts].join('\n\n')}\n`;
}

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(packageRoot, 'tsconfig.json'), ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, packageRoot).options;
}

function entry(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0] as ts.Declaration;
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const throws = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'throws');
  const thrown = throws.map((tag) => `- throws ${ts.displayPartsToString(tag.text).replace(/\s+/g, ' ')}`);
  return [
    `#### ${name}`,
    ...(text === '' ? [] : [text]),
    `\`\`\`ts\n${signature(checker, name, symbol, declaration)}\n\`\`\``,
    ...(thrown.length === 0 ? [] : [thrown.join('\n')]),
  ].join('\n\n');
}

function signature(checker: ts.TypeChecker, name: string, symbol: ts.Symbol, declaration: ts.Declaration): string {
  if (ts.isFunctionDeclaration(declaration)) {
    const signatures = checker.getTypeOfSymbol(symbol).getCallSignatures();
    return signatures.map((one) => `${name}${checker.signatureToString(one, declaration, ts.TypeFormatFlags.NoTruncation)}`).join('\n');
  }
  if (ts.isClassDeclaration(declaration)) return `class ${name} extends ${declaration.heritageClauses?.[0]?.types[0]?.expression.getText() ?? 'Error'}`;
  if (ts.isInterfaceDeclaration(declaration)) return declaration.getText();
  if (ts.isTypeAliasDeclaration(declaration)) {
    const whole = declaration.getText();
    return whole.length <= LONGEST ? whole : `type ${name}`;
  }
  const type = checker.typeToString(checker.getTypeOfSymbol(symbol), declaration, ts.TypeFormatFlags.None);
  return `const ${name}: ${type}`;
}
