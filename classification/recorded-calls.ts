import { parseDescribed } from '../language/parse-steps.ts';
import { type Described, isRecorded, type OtherStep, type Step, stepByStep } from '../language/steps.ts';
import type { TableCall } from './table-terms.ts';

/** A call of a trace: one whose answer a table may be asked about, or one that is none of a table's. */
export interface RecordedCall {
  readonly call: TableCall | undefined;
  /** A recv of no bytes: its zero says nothing. */
  readonly empty: boolean;
  /** It is called with flags: MSG_PEEK, MSG_WAITALL. */
  readonly flags: boolean;
  /** Something else happened between the call before and this one: the peer's reset, say. */
  readonly resumes: boolean;
}

/** The calls behind the tokens of a trace, in order, from a scenario's steps. An expected trace has tokens alone, and a code does not say whether recv or send left it. */
export function recordedCalls(steps: string): RecordedCall[] {
  return callsIn(parseDescribed(steps));
}

export function callsIn(described: Described): RecordedCall[] {
  let resumes = false;
  return stepByStep(described).flatMap((step) => {
    if (!isRecorded(step)) {
      resumes = true;
      return [];
    }
    const recorded = { ...callOf(step), resumes };
    resumes = false;
    return [recorded];
  });
}

function callOf(step: Step | OtherStep): Omit<RecordedCall, 'resumes'> {
  if (step.actor === 'S') {
    if (step.verb === 'recv') return { call: 'recv', empty: step.length === 0, flags: step.flags.some((flag) => flag.startsWith('MSG_')) };
    const verb = step.verb === 'other' ? step.call : step.verb;
    const call = verb === 'fill' ? 'send' : TABLE_CALLS.find((name) => name === verb);
    if (call !== undefined) return { call, empty: false, flags: false };
  }
  return { call: undefined, empty: false, flags: false };
}

const TABLE_CALLS: readonly TableCall[] = ['send', 'accept', 'connect'];
