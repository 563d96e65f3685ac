import { type Evidence, isWeaker } from '../language/evidence.ts';
import type { Model } from '../language/model.ts';
import { pairs } from '../language/pairs.ts';
import { parseSteps } from '../language/parse-steps.ts';
import { type Prediction, predict } from '../language/predict.ts';
import type { Sequence } from '../language/steps.ts';
import { modelOf } from './models.ts';
import { compareVersions } from './version.ts';
import { wine } from './wine/model.ts';

/** What a model says of a pair of calls. */
export interface Predicted {
  /** Each trace that is possible. */
  readonly traces: readonly (readonly string[])[];
  readonly evidence: Evidence;
  /** The rules that gave the answers, with their sources. */
  readonly sources: readonly string[];
  /** The model's file. */
  readonly file: string;
  /** Of Wine's: the rules that Windows does not have, where it answers otherwise. */
  readonly deviates?: string;
}

/** Wine is measured at both ends; a version between has the deviations that its source says (wine/model.ts). Nothing is known of one before or after. */
const WINES = { from: '8.0', to: '10.0' } as const;

interface System {
  readonly id: string;
  readonly wine?: string | undefined;
  readonly sandbox?: string | undefined;
}

const models = new Map<string, Model>();

/** The model of a system; undefined where there is none, or nobody knows whether it holds: a sandbox's kernel is not Linux. */
function modelFor({ id, wine: version, sandbox }: System): Model | undefined {
  if (id !== 'wine') return sandbox === undefined ? modelOf(id) : undefined;
  if (version === undefined || compareVersions(version, WINES.from) < 0 || compareVersions(version, WINES.to) > 0) return undefined;
  let model = models.get(version) ?? modelOf(`wine-${version}`);
  model ??= wine(version);
  models.set(version, model);
  return model;
}

/** By model and id: a report asks for the same one again. */
const known = new WeakMap<Model, Map<string, Predicted | undefined>>();

/** What the model of a system says of the pair `id`; undefined for what is no pair, where there is no model, or where it does not cover all of it. */
export function predictedFor(system: System, id: string): Predicted | undefined {
  const pair = pairs().get(id);
  const model = modelFor(system);
  if (pair === undefined || model === undefined) return undefined;
  const ofModel = known.get(model) ?? new Map<string, Predicted | undefined>();
  known.set(model, ofModel);
  if (!ofModel.has(id)) ofModel.set(id, predicted(model, system, sequenceOf(pair.steps)));
  return ofModel.get(id);
}

function predicted(model: Model, { id }: System, sequence: Sequence): Predicted | undefined {
  const prediction = predict(model, sequence);
  const { traces, uncovered, isCut } = prediction;
  if (uncovered !== undefined || isCut) return undefined;
  const rules = new Map(traces.flatMap(({ calls }) => calls.map(({ rule }) => [rule.name, rule])));
  const deviates = id === 'wine' ? whyOtherwise(prediction, sequence) : undefined;
  return {
    traces: traces.map(({ trace }) => trace),
    evidence: traces.reduce<Evidence>((weakest, { evidence }) => (isWeaker(evidence, weakest) ? evidence : weakest), 'measured'),
    sources: [...rules.values()].map(({ name, source }) => `${name}: ${source.join('; ')}`),
    file: `platforms/${id}/model.ts`,
    ...(deviates !== undefined && { deviates }),
  };
}

/** In which rules Wine differs from Windows, where it gives what Windows does not. */
function whyOtherwise(ofWine: Prediction, sequence: Sequence): string | undefined {
  const windows = modelOf('windows');
  if (windows === undefined) return undefined;
  const { traces, uncovered } = predict(windows, sequence);
  if (uncovered !== undefined) return undefined;
  const there = new Set(traces.map(({ trace }) => trace.join()));
  const others = ofWine.traces.filter(({ trace }) => !there.has(trace.join()));
  if (others.length === 0) return undefined;
  const names = new Set(traces.flatMap(({ calls }) => calls.map(({ rule }) => rule.name)));
  const own = [...new Set(others.flatMap(({ calls }) => calls.map(({ rule }) => rule.name)))].filter((name) => !names.has(name));
  return `the model of Wine answers otherwise than that of Windows${own.length === 0 ? '' : ` (${own.join('; ')})`}`;
}

const sequences = new Map<string, Sequence>();

/** Each is asked of several models. */
function sequenceOf(steps: string): Sequence {
  const sequence = sequences.get(steps) ?? parseSteps(steps);
  sequences.set(steps, sequence);
  return sequence;
}

/** The versions of Wine that have a model of their own. */
export const MODELLED_WINES: readonly string[] = [WINES.from, WINES.to];
