import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';

// A process that a test's own code starts is the published program: Node 20 runs no TypeScript.
vi.mock('../../runner/sibling.ts', () => ({
  sibling(self: string, name: string): URL {
    const path = fileURLToPath(self).replace(packageRoot, join(packageRoot, 'dist'));
    return pathToFileURL(join(path, '..', `${name}.js`));
  },
}));
