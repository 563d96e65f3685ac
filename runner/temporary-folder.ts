import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentFailure } from './setup.ts';

/** sockaddr_un has room for 108 bytes on Linux and Windows, and for 104 on macOS; the names in the folder take less than 20. */
const MOST_TMPDIR_BYTES = 80;

/** A folder for an AF_UNIX socket, that no other user can enter and whose name nobody can guess. @throws EnvironmentFailure where none can be made */
export function temporaryFolder(): string {
  const short = Buffer.byteLength(tmpdir()) < MOST_TMPDIR_BYTES ? tmpdir() : '/tmp';
  try {
    return mkdtempSync(join(short, 'sockatlas-'));
  } catch (error) {
    throw new EnvironmentFailure(`an AF_UNIX socket needs a temporary folder: ${(error as Error).message}`);
  }
}
