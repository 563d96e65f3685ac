import type { Model } from '../language/model.ts';
import { linux } from './linux/model.ts';
import { windows } from './windows/model.ts';
import { wine } from './wine/model.ts';

/** In the order in which they are shown. There is none of darwin. */
const MODELS: readonly Model[] = [linux, windows, wine('8.0'), wine('10.0')];

export const MODEL_NAMES: readonly string[] = MODELS.map(({ platform }) => platform);

/** The model of a platform, by the platform's name: `linux`, `wine-10.0`. */
export function modelOf(name: string): Model | undefined {
  return MODELS.find(({ platform }) => platform === name);
}
