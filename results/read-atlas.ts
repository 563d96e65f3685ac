import { readBounded } from '../platforms/bounded.ts';
import { JsonFileError } from '../platforms/file-errors.ts';
import { faulty, parseJson } from '../platforms/json-file.ts';
import { type Atlas, atlasSchema } from './atlas.ts';

const BOUND = { maxBytes: 64 * 1024 * 1024, what: 'an atlas', Refused: JsonFileError };

/** The atlas in a file that `sockatlas merge` wrote; undefined for a file of another kind. It may come from other people. @throws JsonFileError */
export function readAtlas(file: string): Atlas | undefined {
  const text = readBounded(file, BOUND);
  if (!/^\s*\{\s*"type"\s*:\s*"atlas"/.test(text)) return undefined;
  const atlas = parseJson(text, file, atlasSchema);
  const complaints = atlas.scenarios.flatMap(({ cells }, i) => {
    if (cells.length !== atlas.platforms.length)
      return { path: ['scenarios', i, 'cells'], message: `${cells.length} cells for ${atlas.platforms.length} platforms` };
    const strange = cells.findIndex((cell) => cell?.traces.some(([trace]) => trace >= atlas.traces.length));
    return strange === -1 ? [] : { path: ['scenarios', i, 'cells', strange], message: `a trace that the atlas does not have; it has ${atlas.traces.length}` };
  });
  if (complaints.length > 0) throw faulty(text, file, complaints);
  return atlas;
}
