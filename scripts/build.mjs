// Emits the sources to dist/ where any of them has changed since that was last done: `npm start` is to start, not to compile.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const configs = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'));
/** What runs in the pages of the site: each script is one file, with all that it imports. */
const SCRIPTS = 'report/site/script';
const SCRIPT_NAMES = ['matrix', 'calls', 'try'];

const files = include.flatMap(sources);
const state = stateOf([...configs, ...files]);
if (state !== builtState()) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--noCheck', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  for (const name of SCRIPT_NAMES) await bundle(name);
  // What a source that is gone has left behind would be published.
  for (const file of readdirSync(dist, { recursive: true })) {
    if (/\.(js|d\.ts)$/.test(file) && !['.ts', '.tsx'].some((ending) => files.includes(file.replace(/(\.d\.ts|\.js)$/, ending)))) rmSync(join(dist, file));
  }
  writeFileSync(stamp, state);
}

/** A classic script: a page that is opened from disk may load no modules. */
async function bundle(name) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: join(root, SCRIPTS, `${name}.tsx`),
    platform: 'browser',
    tsconfig: false,
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' }, target: 'es2022' },
  });
  const { output } = await build.write({ file: join(dist, SCRIPTS, `${name}.js`), format: 'iife', comments: { legal: true, annotation: false, jsdoc: false } });
  await build.close();
  if (output.some(({ imports = [] }) => imports.length > 0)) throw new Error(`${SCRIPTS}/${name}.tsx imports what no page has: ${output[0].imports}`);
}

function sources(path) {
  const full = join(root, path);
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || /\.tsx?$/.test(entry.name))
    .flatMap((entry) => sources(join(path, entry.name)));
}

/** What would change if a source did: names, sizes and times. */
function stateOf(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const { mtimeMs, size } = statSync(join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

function builtState() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}
