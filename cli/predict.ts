import { parseSteps, StepsError } from '../language/parse-steps.ts';
import { predict } from '../language/predict.ts';
import type { Sequence } from '../language/steps.ts';
import { readBounded } from '../platforms/bounded.ts';
import { MODEL_NAMES, modelOf } from '../platforms/models.ts';
import { nearest } from '../platforms/nearest.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { type Predicted, predictDocument, predictLine } from '../report/predict/document.ts';
import { prettyPredictions } from '../report/predict/pretty.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';

export interface PredictArguments {
  /** All, where absent. */
  readonly on?: readonly string[];
  readonly format: 'pretty' | 'json' | 'jsonl';
  readonly why?: boolean;
}

/** A file of sequences may have a million short ones. */
const MAX_BYTES = 64 * 1024 * 1024;

/** So many sequences are printed at once: all of a long file are no text that fits. */
const AT_ONCE = 1000;

/** `sockatlas predict <steps>`: what the models of platforms answer; nothing is run. @throws UsageError for steps that are none, with their place */
export async function predictions(words: readonly string[], { on = MODEL_NAMES, format, why = false }: PredictArguments): Promise<number> {
  const models = on.map((name) => {
    const model = modelOf(name);
    if (model !== undefined) return model;
    throw new UsageError(`there is no model of ${JSON.stringify(name)}; the nearest: ${nearest(MODEL_NAMES, name).join(', ')}`);
  });
  const sequences = words.flatMap((word) =>
    word.startsWith('@') ? sequencesOf(word.slice(1)) : [parsed(word, ({ line, column }) => `line ${line}, column ${column}`)],
  );
  const of = (some: readonly Sequence[]) =>
    some.flatMap((sequence) => models.map((model): Predicted => ({ sequence, platform: model.platform, prediction: predict(model, sequence) })));
  switch (format) {
    case 'pretty':
      await print(prettyPredictions(of(sequences), why, layoutOf(process.stdout)));
      break;
    case 'json':
      await print(jsonText(predictDocument(of(sequences))));
      break;
    case 'jsonl':
      for (let i = 0; i < sequences.length; i += AT_ONCE) {
        await print(
          of(sequences.slice(i, i + AT_ONCE))
            .map((one) => `${JSON.stringify(predictLine(one))}\n`)
            .join(''),
        );
      }
  }
  return EXIT.conforms;
}

/** The sequences of a file, one a line; empty lines and comments are skipped. */
function sequencesOf(file: string): Sequence[] {
  const lines = readBounded(file, { maxBytes: MAX_BYTES, what: 'a file of sequences', Refused: UsageError }).split(/\r?\n/);
  const sequences = lines.flatMap((line, i) => (/^\s*(#|$)/.test(line) ? [] : [parsed(line, ({ column }) => `${shownPath(file)}:${i + 1}:${column}`)]));
  if (sequences.length === 0) throw new UsageError(`${shownPath(file)} contains no sequence`);
  return sequences;
}

function parsed(text: string, place: (error: StepsError) => string): Sequence {
  try {
    return parseSteps(text);
  } catch (error) {
    throw error instanceof StepsError ? new UsageError(`${place(error)}: ${error.problem}`) : error;
  }
}
