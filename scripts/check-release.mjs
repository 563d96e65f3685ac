// What a version tag must agree with, before anything is published: package.json, its lockfile and the changelog.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(join(root, name), 'utf8');
const tag = process.env.GITHUB_REF_NAME ?? '';
const { version } = JSON.parse(read('package.json'));
const locked = JSON.parse(read('package-lock.json')).version;
const headings = read('CHANGELOG.md')
  .split(/\r?\n/)
  .flatMap((line) => /^## (\S+)/.exec(line)?.[1] ?? []);

const wrong = [
  ...(tag === `v${version}` ? [] : [`the tag is ${JSON.stringify(tag)}, and package.json has the version ${version}: the tag must be v${version}`]),
  ...(locked === version ? [] : [`package-lock.json has the version ${locked}, and package.json ${version}: npm version writes both`]),
  ...(headings.includes(version) ? [] : [`CHANGELOG.md has no heading "## ${version}"`]),
];
for (const line of wrong) console.error(`release: ${line}`);
if (wrong.length > 0) process.exit(1);
console.log(`release: ${version}: the tag, the lockfile and the changelog agree`);
