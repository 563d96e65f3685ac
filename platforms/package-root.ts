import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds the data files (tables, expectations, recorded runs) and package.json. The code runs from there as TypeScript and from
 * `dist/` below it as JavaScript; the data is the same.
 */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

export function readData(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(packageRoot, ...path), 'utf8'));
}

export const packageVersion: string = (readData('package.json') as { version: string }).version;

function findRoot(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string };
    if (name === 'sockatlas') return folder;
  } catch {
    // No package.json here: look further up.
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error('sockatlas is installed without its package.json, so its data cannot be found');
  return findRoot(parent);
}
