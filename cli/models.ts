import type { Model } from '../language/model.ts';
import { MODEL_NAMES, modelOf } from '../platforms/models.ts';
import { nearest } from '../platforms/nearest.ts';
import { UsageError } from './errors.ts';

/** The models of platforms. @throws UsageError for a platform that has none */
export function modelsNamed(names: readonly string[]): readonly Model[] {
  return names.map((name) => {
    const model = modelOf(name);
    if (model !== undefined) return model;
    throw new UsageError(`there is no model of ${JSON.stringify(name)}; the nearest: ${nearest(MODEL_NAMES, name).join(', ')}`);
  });
}
