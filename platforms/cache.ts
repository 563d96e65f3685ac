import os from 'node:os';
import { join, resolve } from 'node:path';
import { NoCacheFolder } from './file-errors.ts';

/** The user's cache folder of sockatlas, by each system's custom. @throws NoCacheFolder for a user of whom no home folder is known */
export function cacheFolder(): string {
  const { env } = process;
  if (env.SOCKATLAS_CACHE) return resolve(env.SOCKATLAS_CACHE);
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'sockatlas');
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'sockatlas');
  return process.platform === 'darwin' ? join(home(), 'Library', 'Caches', 'sockatlas') : join(home(), '.cache', 'sockatlas');
}

function home(): string {
  try {
    // Empty where HOME is.
    const folder = os.homedir();
    if (folder !== '') return folder;
  } catch {
    // A user id that has no entry in passwd.
  }
  throw new NoCacheFolder('no home folder is known for this user: set HOME, or SOCKATLAS_CACHE to a folder where sockatlas may keep files');
}
