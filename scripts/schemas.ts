import type * as Zod from 'zod';
import { tableSchema } from '../classification/table.ts';
import { expectationsSchema } from '../platforms/expectation.ts';
import { z } from '../platforms/zod.ts';
import { closeSchema, matrixSchema } from '../report/close/document.ts';
import { coverageDocumentSchema } from '../report/coverage.ts';
import { diffDocumentSchema } from '../report/diff/document.ts';
import { doctorDocumentSchema } from '../report/doctor.ts';
import { runDocumentSchema } from '../report/document.ts';
import { emulationDocumentSchema } from '../report/emulation.ts';
import { explainDocumentSchema } from '../report/explain/explanation.ts';
import { findingsSchema } from '../report/findings/json.ts';
import { fuzzDocumentSchema } from '../report/fuzz.ts';
import { jsonText } from '../report/json-text.ts';
import { listDocumentSchema } from '../report/list.ts';
import { predictDocumentSchema, predictLineSchema } from '../report/predict/document.ts';
import { recordedCallSchema } from '../report/recording.ts';
import { showDocumentSchema } from '../report/show/document.ts';
import { tryDocumentSchema, tryLineSchema } from '../report/try/document.ts';
import { atlasSchema } from '../results/atlas.ts';
import { lineSchema } from '../results/schema.ts';

/** The published JSON Schemas, and where they lie. */
export const SCHEMAS: readonly { path: string; title: string; schema: Zod.ZodType }[] = [
  { path: 'results/run.schema.json', title: 'A line of a run file (JSON Lines)', schema: lineSchema },
  { path: 'classification/table.schema.json', title: 'A classification table', schema: tableSchema },
  { path: 'platforms/expected.schema.json', title: 'What platforms are expected to give in the scenarios of an event', schema: expectationsSchema },
  { path: 'report/schema/runs.schema.json', title: 'sockatlas run --format json, sockatlas report --format json', schema: runDocumentSchema },
  { path: 'report/schema/atlas.schema.json', title: 'sockatlas merge --out FILE', schema: atlasSchema },
  { path: 'report/schema/diff.schema.json', title: 'sockatlas diff --format json', schema: diffDocumentSchema },
  { path: 'report/schema/list.schema.json', title: 'sockatlas list --format json', schema: listDocumentSchema },
  { path: 'report/schema/coverage.schema.json', title: 'sockatlas coverage --format json', schema: coverageDocumentSchema },
  { path: 'report/schema/show.schema.json', title: 'sockatlas show --format json', schema: showDocumentSchema },
  { path: 'report/schema/fuzz.schema.json', title: 'sockatlas fuzz --format json', schema: fuzzDocumentSchema },
  { path: 'report/schema/explain.schema.json', title: 'sockatlas explain --format json', schema: explainDocumentSchema },
  { path: 'report/schema/predict.schema.json', title: 'sockatlas predict --format json', schema: predictDocumentSchema },
  { path: 'report/schema/predict-line.schema.json', title: 'sockatlas predict --format jsonl: a line', schema: predictLineSchema },
  { path: 'report/schema/doctor.schema.json', title: 'sockatlas doctor --format json', schema: doctorDocumentSchema },
  {
    path: 'report/schema/close.schema.json',
    title: 'sockatlas close --format json: a policy, played over scenarios or sequences of steps',
    schema: closeSchema,
  },
  { path: 'report/schema/close-matrix.schema.json', title: 'sockatlas close mongoose --format json: every version', schema: matrixSchema },
  { path: 'report/schema/try.schema.json', title: 'sockatlas try --format json', schema: tryDocumentSchema },
  { path: 'report/schema/try-line.schema.json', title: 'A line of sockatlas try --format jsonl', schema: tryLineSchema },
  { path: 'report/schema/emulate.schema.json', title: 'sockatlas emulate --format json', schema: emulationDocumentSchema },
  { path: 'report/schema/recorded-call.schema.json', title: 'A line of what sockatlas emulate --record writes', schema: recordedCallSchema },
  { path: 'report/schema/check.schema.json', title: 'sockatlas check --format json', schema: findingsSchema },
];

export function schemaText(schema: Zod.ZodType, title: string): string {
  return jsonText({ title, ...z.toJSONSchema(schema) });
}
