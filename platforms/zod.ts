import { createRequire } from 'node:module';
import type * as Zod from 'zod';

/**
 * zod, loaded as CommonJS: one file after the other. As ES modules its sixty languages are opened at once, which is more than a limit of 64
 * descriptors bears (EMFILE). Agents do without it, for the same reason and for the 70 ms that it takes.
 */
export const { z } = createRequire(import.meta.url)('zod') as typeof Zod;
