import { MODEL_NAMES } from '../platforms/models.ts';

/** The platforms that can be emulated: `none` leaves each call to the kernel. */
export const EMULATED: readonly string[] = ['none', ...MODEL_NAMES];
