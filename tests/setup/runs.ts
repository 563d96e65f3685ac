import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Runs that tests make are kept in a folder of their own, not in the user's cache. */
const folder = mkdtempSync(join(tmpdir(), 'sockatlas-runs-'));
process.env.SOCKATLAS_RUNS = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
