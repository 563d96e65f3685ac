import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { packageRoot } from '../platforms/package-root.ts';

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');

/** Instructions with their continuation lines, in order. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

test('the Dockerfile is sound (dockerfile-utils)', () => {
  expect(validate(read('Dockerfile'), {})).toEqual([]);
});

test('its images have a tag, and one release of Debian and Node', () => {
  const images = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
  expect(images.length).toBe(2);
  expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
});

test('it ends as a user who is not root, with the command as its entry point', () => {
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
  expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  expect(last.filter((line) => line.startsWith('ENTRYPOINT '))).toEqual(['ENTRYPOINT ["sockatlas"]']);
  const [user, setup] = ['USER ', 'RUN sockatlas setup wine'].map((start) => last.findIndex((line) => line.startsWith(start)));
  expect(setup).toBeGreaterThan(user as number);
});

test('the build context has every source of the package', () => {
  const [nothing, ...kept] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(nothing).toBe('*');
  const names = kept.map((line) => line.replace(/^!/, ''));
  expect(names.filter((name) => !readdirSync(packageRoot).includes(name))).toEqual([]);
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
  const needed = [...files.filter((name) => !/^!?dist/.test(name)), ...include].map((name) => name.split('/')[0] ?? '');
  expect(needed.filter((name) => !names.includes(name))).toEqual([]);
});
