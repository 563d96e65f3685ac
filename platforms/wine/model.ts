import type { Model } from '../../language/model.ts';
import { windows } from '../windows/model.ts';

export function wine(version: string): Model {
  return { ...windows, platform: `wine-${version}` };
}
