import { predict } from '../language/predict.ts';
import type { Sequence } from '../language/steps.ts';
import { MODEL_NAMES } from '../platforms/models.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { type Predicted, predictDocument, predictLine } from '../report/predict/document.ts';
import { prettyPredictions } from '../report/predict/pretty.ts';
import { EXIT } from './errors.ts';
import { modelsNamed } from './models.ts';
import { print } from './output.ts';
import { sequencesOf } from './sequences.ts';

export interface PredictArguments {
  /** All, where absent. */
  readonly on?: readonly string[];
  readonly format: 'pretty' | 'json' | 'jsonl';
  readonly why?: boolean;
}

/** So many sequences are printed at once: all of a long file may be no text that fits. */
const AT_ONCE = 1000;

/** `sockatlas predict <steps>`: what the models of platforms answer; nothing is run. @throws UsageError for steps that are none, with their place */
export async function predictions(words: readonly string[], { on = MODEL_NAMES, format, why = false }: PredictArguments): Promise<number> {
  const models = modelsNamed(on);
  const sequences = sequencesOf(words);
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
