import type { Model } from '../language/model.ts';
import { linux } from './linux/model.ts';

const MODELS: readonly Model[] = [linux];

export function modelOf(platform: string): Model | undefined {
  return MODELS.find((model) => model.platform === platform);
}
