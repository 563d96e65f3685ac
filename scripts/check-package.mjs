// What is published, as a stranger gets it: packed, linted, installed into an empty folder (with a space in its path), run and imported.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import spawn from 'cross-spawn';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sockatlas package '));
const env = { ...process.env, SOCKATLAS_CACHE: join(folder, 'cache') };

function passes(what, command, args, cwd = folder) {
  const { status, stdout, stderr, error } = spawn.sync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) {
    console.error(`package: ${what} failed: ${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`);
    process.exitCode = 1;
    throw new Error(what);
  }
  console.log(`package: ${what}: ok`);
  return stdout;
}

try {
  passes('pack', 'npm', ['pack', '--silent', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  passes('publint', process.execPath, [join(root, 'node_modules', 'publint', 'src', 'cli.js'), '--strict', join(folder, tarball)]);
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  passes('install', 'npm', ['install', '--silent', '--no-audit', '--no-fund', join(folder, tarball)]);
  // What Node.js 20 and 22 bring. It fails on an optional peer dependency on vitest >=3: "Cannot read properties of null (reading 'edgesOut')", npm/cli issue 9787.
  const older = join(folder, 'npm 10');
  mkdirSync(older);
  writeFileSync(join(older, 'package.json'), '{"private":true}');
  passes('install with npm 10', 'npx', ['--yes', 'npm@10', 'install', '--silent', '--no-audit', '--no-fund', join(folder, tarball)], older);
  const run = passes('run', process.execPath, [
    join(folder, 'node_modules', 'sockatlas', 'dist', 'cli', 'main.js'),
    'run',
    'tcp/reset/idle',
    '--format',
    'jsonl',
  ]);
  if (!run.includes('"id":"tcp/reset/idle"')) throw new Error('the run holds no tcp/reset/idle');
  passes('bin', 'npx', ['--no-install', 'sockatlas', '--version']);
  writeFileSync(
    join(folder, 'use.ts'),
    "import { classifier, run as runScenarios, tablesOf, type Run } from 'sockatlas';\nconst run: Run = await runScenarios({ ids: ['tcp/reset/idle'], trials: 1 });\n" +
      "const [table] = tablesOf('mongoose', 'posix', '7.16');\nif (table) console.log(run.scenarios[0]?.verdict, classifier(table, 'linux')(-1, 104));\n",
  );
  passes('types', process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...[
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules', '@types'),
      '--outDir',
      'out',
      '--rootDir',
      '.',
      'use.ts',
    ],
  ]);
  const used = passes('import', process.execPath, [join(folder, 'out', 'use.js')]);
  if (!used.includes('MG_IO_RESET')) throw new Error(`the library said ${used}`);

  // As a user's project has it: its own vitest, and sockatlas from the tarball.
  const example = join(folder, 'example');
  cpSync(join(root, 'examples', 'vitest'), example, { recursive: true });
  passes('example: install', 'npm', ['install', '--silent', '--no-audit', '--no-fund', '--save-dev', join(folder, tarball)], example);
  passes(
    'example: types',
    process.execPath,
    [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...[
        '--noEmit',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--strict',
        '--skipLibCheck',
        '--types',
        'node',
        '--typeRoots',
        join(root, 'node_modules', '@types'),
      ],
      ...['table.test.ts', 'policy.test.ts', 'server.test.ts'],
    ],
    example,
  );
  console.log(
    passes('example: npm test', 'npm', ['test'], example)
      .replace(/^(?!.*Tests ).*\n/gm, '')
      .trim(),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
