import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Emits the sources to dist/, once for all tests. */
export default function build(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], { stdio: 'inherit' });
}
