import { type CodePlatform, PLATFORMS } from '../language/code.ts';
import type { Model } from '../language/model.ts';
import { MODEL_NAMES, modelOf } from '../platforms/models.ts';
import { nearest } from '../platforms/nearest.ts';
import { UsageError } from './errors.ts';

/** The models of platforms, each once; `wine` stands for every Wine that has one. @throws UsageError for a platform that has none */
export function modelsNamed(names: readonly string[]): readonly Model[] {
  const all = new Set(names.flatMap((name) => (name === 'wine' ? MODEL_NAMES.filter((known) => known.startsWith('wine-')) : name)));
  return [...all].map((name) => {
    const model = modelOf(name);
    if (model !== undefined) return model;
    throw new UsageError(`there is no model of ${JSON.stringify(name)}; the nearest: ${nearest(MODEL_NAMES, name).join(', ')}`);
  });
}

/** Whose codes a platform has, by its name. */
export function codePlatform(name: string): CodePlatform {
  return PLATFORMS.find((id) => name === id || name.startsWith(`${id}-`)) ?? 'linux';
}
