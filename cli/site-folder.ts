import { mkdirSync, readdirSync, readFileSync, rmSync, writeFile, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SiteFile } from '../report/site/site-file.ts';
import { WriteFailed } from '../results/write.ts';
import { UsageError } from './errors.ts';

/** Lists the files of the site that it stands beside: a folder with one may be written again, and what the new site no longer has is removed. */
const MARKER = 'sockatlas-site.json';
/** The marker may have been changed: what it names is below its folder, and is a kind of file that sites have. */
const OURS = /^([A-Za-z0-9_~=+-][A-Za-z0-9._~=+-]*\/)*[A-Za-z0-9_~=+-][A-Za-z0-9._~=+-]*\.(html|css|js)$/;

const AT_ONCE = 32;
const write = promisify(writeFile);

/**
 * Where the site's files go, and which of an earlier site are there.
 *
 * @throws UsageError for a folder with other files in it
 */
export function siteFolder(folder: string): { write(files: Iterable<SiteFile>): Promise<number> } {
  const before = filesBefore(folder);
  return {
    async write(files) {
      const written = new Set<string>();
      try {
        mkdirSync(folder, { recursive: true });
        // The marker first: a folder that was left half written is known as ours.
        writeFileSync(join(folder, MARKER), marker(before));
        const folders = new Set<string>();
        let writing: Promise<void>[] = [];
        for (const { path, content } of files) {
          const target = join(folder, ...path.split('/'));
          const parent = dirname(target);
          if (!folders.has(parent)) mkdirSync(parent, { recursive: true });
          folders.add(parent);
          writing.push(write(target, content));
          written.add(path);
          // Some are written while the next ones are made.
          if (writing.length < AT_ONCE) continue;
          await Promise.all(writing);
          writing = [];
        }
        await Promise.all(writing);
        for (const path of before) if (!written.has(path)) rmSync(join(folder, ...path.split('/')), { force: true });
        writeFileSync(join(folder, MARKER), marker([...written]));
      } catch (error) {
        // Where it is not the disk's, it is a page's.
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
        throw new WriteFailed(`the site in ${folder} could not be written: ${(error as Error).message}`);
      }
      return written.size;
    },
  };
}

function marker(files: readonly string[]): string {
  return `${JSON.stringify({ type: 'sockatlas-site', files }, undefined, 1)}\n`;
}

function filesBefore(folder: string): string[] {
  const names = namesIn(folder);
  if (names.length === 0) return [];
  try {
    const { type, files } = JSON.parse(readFileSync(join(folder, MARKER), 'utf8'));
    if (type === 'sockatlas-site' && Array.isArray(files)) return files.filter((path) => typeof path === 'string' && OURS.test(path));
  } catch {
    // There is none, or it is somebody else's.
  }
  throw new UsageError(`--out ${folder}: this folder has other files in it, which a site would be mixed with; name a new or an empty folder`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UsageError(`--out ${folder}: ${code === 'ENOTDIR' ? 'this is a file; name a folder' : message}`);
  }
}
