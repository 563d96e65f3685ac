import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { beforeAll, expect, test } from 'vitest';
import { shippedTables } from '../classification/table.ts';
import { codes } from '../platforms/codes.ts';
import { packageRoot, readData } from '../platforms/package-root.ts';

/** What a web page may import: all of these folders, and these files. */
const FOLDERS = ['language', 'classification/policies', 'classification/rules'];
const FILES = [
  'classification/find.ts',
  'classification/returned.ts',
  'report/trace-words.ts',
  'report/difference.ts',
  'report/deviation.ts',
  'results/newest.ts',
  'results/same-behaviour.ts',
  'platforms/models.ts',
  'platforms/answers.ts',
  ...['linux', 'windows', 'wine'].flatMap((platform) => ['model', 'tcp', 'udp'].map((name) => `platforms/${platform}/${name}.ts`)),
  'platforms/linux/sock.ts',
  'platforms/linux/unix.ts',
];
/** The files of those folders that read what comes with sockatlas, or hold its schema. */
const LOADERS = ['known', 'libraries', 'library-data'].map((name) => `classification/policies/${name}.ts`);

const pure = [...FOLDERS.flatMap((folder) => readdirSync(join(packageRoot, folder)).map((name) => `${folder}/${name}`)), ...FILES].filter(
  (file) => file.endsWith('.ts') && !LOADERS.includes(file),
);

/** One script that holds the files, each as a property of `sockatlas`. */
async function bundled(files: readonly string[]) {
  const entry = files.map((file) => `export * as ${JSON.stringify(file)} from ${JSON.stringify(join(packageRoot, file))};`).join('\n');
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    plugins: [{ name: 'entry', resolveId: (id) => (id === 'entry' ? id : undefined), load: (id) => (id === 'entry' ? entry : undefined) }],
    onLog: () => {},
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'sockatlas' });
  await bundle.close();
  const [script] = output;
  return { imports: script.imports, modules: script.moduleIds.filter((id) => id !== 'entry'), code: script.code };
}

let script: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  script = await bundled(pure);
});

test('a page can bundle the language, the policies and the rules: no built-in of Node, no koffi, no zod', () => {
  expect(pure.length).toBeGreaterThan(20);
  expect(script.imports).toEqual([]);
  // The last: node_modules may be a link into the cache of another.
  const packages = script.modules.flatMap((id) => /.*node_modules[/\\](.+?)[/\\]/.exec(id)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['fastest-levenshtein']);
});

test('a model predicts there', () => {
  const page = createContext({});
  runInContext(script.code.replace(/^var sockatlas/, 'globalThis.sockatlas'), page);
  const traces = runInContext(
    `const { parseSteps } = sockatlas['language/parse-steps.ts'];
    const { predict } = sockatlas['language/predict.ts'];
    JSON.stringify(predict(sockatlas['platforms/models.ts'].modelOf('windows'), parseSteps('P reset; S recv ×2')).traces.map(({ trace }) => trace))`,
    page,
  );
  expect(JSON.parse(traces)).toEqual([['WSAECONNRESET', 'WSAECONNRESET']]);
});

test.each(LOADERS)('%s is none of them: it reaches a built-in', async (file) => expect((await bundled([file])).imports).not.toEqual([]));

test('a policy is played there, where there is nothing but the language itself', () => {
  const data = {
    codes: codes.all('windows'),
    policies: { data: readData('classification', 'policies', 'mongoose.json'), tables: shippedTables().filter(({ name }) => name === 'mongoose') },
  };
  const page = createContext({ data: JSON.stringify(data) });
  runInContext(script.code.replace(/^var sockatlas/, 'globalThis.sockatlas'), page);
  // Every page has structuredClone; a context has that of another realm, whose objects are no plain ones here.
  runInContext('globalThis.structuredClone = (value) => JSON.parse(JSON.stringify(value))', page);
  const outcome = runInContext(
    `const { codes: list, policies } = JSON.parse(data);
    const { Codes } = sockatlas['language/code.ts'];
    const { platformTraces } = sockatlas['classification/policies/platform-trace.ts'];
    const codes = new Codes({ list: () => list, crt: () => ({}), otherErrno: () => [] });
    const expected = (_, id) => ({ patterns: [id === 'tcp/reset/select' ? ['select:rw-', 'WSAECONNRESET'] : ['WSAECONNRESET…']], evidence: 'documented', file: 'a page' });
    const { recvLoop } = sockatlas['classification/policies/recv-loop.ts'];
    const loop = recvLoop({ id: 'tcp/reset/idle', steps: 'P reset; S recv ×5' });
    const [trace] = platformTraces({ codes, runs: [], expected }, { id: 'windows', name: 'windows' }, loop).traces;
    const { policy, table } = sockatlas['classification/policies/build.ts'].buildOf(policies, '7.16', 'openssl');
    JSON.stringify(sockatlas['classification/policies/play.ts'].play(policy, table('winsock'), trace, { codes, io: 'select' }))`,
    page,
  );
  expect(JSON.parse(outcome)).toMatchObject({ outcome: { end: 'never', from: 1, length: 1 }, polls: [{ answer: { class: 'MG_IO_RESET' } }] });
});
