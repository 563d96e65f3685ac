import { isAbsolute, relative, sep } from 'node:path';
import { packageRoot } from './package-root.ts';

/** A path for messages and GitHub: relative to the working folder, else to sockatlas's own folder, else absolute. */
export function shownPath(file: string): string {
  for (const base of [process.cwd(), packageRoot]) {
    const path = relative(base, file);
    if (path !== '' && !path.startsWith('..') && !isAbsolute(path)) return path.split(sep).join('/');
  }
  return file;
}
