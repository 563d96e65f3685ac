import type { Model } from '../language/model.ts';
import { linux } from './linux/model.ts';
import { windows } from './windows/model.ts';
import { wine } from './wine/model.ts';

/** The models, in the order in which they are shown. Of darwin there is none. */
const MODELS: readonly Model[] = [linux, windows, wine('8.0'), wine('10.0')];

export function modelOf(platform: string): Model | undefined {
  return MODELS.find((model) => model.platform === platform);
}
