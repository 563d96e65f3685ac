import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Emits the sources to dist/, once for all tests. */
export default function build(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noCheck', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
