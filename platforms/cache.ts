import os from 'node:os';
import { join } from 'node:path';

/** The user's cache folder of sockatlas, by each system's custom. */
export function cacheFolder(): string {
  const { env } = process;
  if (env.SOCKATLAS_CACHE) return env.SOCKATLAS_CACHE;
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'sockatlas');
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'sockatlas');
  return process.platform === 'darwin' ? join(os.homedir(), 'Library', 'Caches', 'sockatlas') : join(os.homedir(), '.cache', 'sockatlas');
}
