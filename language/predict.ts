import { type Evidence, isWeaker } from './evidence.ts';
import {
  type Answer,
  type ArrivalName,
  act,
  type CallName,
  type Calls,
  type Choice,
  type End,
  type EndModel,
  type EventName,
  type Family,
  type Known,
  type Model,
  type Segment,
  type Wire,
} from './model.ts';
import { MAX_LENGTH } from './parse-steps.ts';
import { type PeerStep, printStep, type Sequence, type Step, type SubjectStep, type Transport } from './steps.ts';
import { BLOCKED, printToken, type Token } from './token.ts';

/** What a model says of a sequence. */
export interface Prediction {
  /** Each trace that is possible, once; usually there is one. */
  readonly traces: readonly PredictedTrace[];
  /** The first step that the model does not cover, in one of the traces at least: these end before it. */
  readonly uncovered?: Uncovered;
  /** There are more ways than were followed: traces may be missing. */
  readonly isCut?: true;
}

export interface PredictedTrace {
  readonly trace: readonly string[];
  readonly calls: readonly PredictedCall[];
  /** All that were used, in that order: of the calls of both ends, and of what arrived at them. */
  readonly used: readonly Used[];
  /** The weakest of theirs; `unknown` where the trace is empty, since the model says nothing then. */
  readonly evidence: Evidence;
  readonly uncovered?: Uncovered;
  /** The cycle that was asked for has left both ends as it found them: made again, it gives the same for ever. */
  readonly repeats?: true;
}

export interface PredictOptions {
  /** The platform of the peer: that of S, where absent. */
  readonly peer?: Model;
  /** So many steps at the end are made again and again: is it told whether they repeat? */
  readonly cycle?: number;
}

/** A call whose answer is in the trace. */
interface PredictedCall {
  /** Which step, as they are made, from 0. */
  readonly step: number;
  readonly token: string;
  readonly rule: Known;
}

interface Used {
  readonly end: 'S' | 'P';
  readonly rule: Known;
}

export interface Uncovered {
  /** Which step, as they are made, from 0. */
  readonly step: number;
  readonly text: string;
  readonly why: string;
}

/** More ways than these are not followed: each alternative that a step has multiplies them. */
const MAX_WAYS = 64;

/** What S answers in a sequence on a platform. Pure. */
export function predict(model: Model, sequence: Sequence, { peer = model, cycle = 0 }: PredictOptions = {}): Prediction {
  const traces: PredictedTrace[] = [];
  let choices: number[] | undefined = [];
  for (let ways = 0; choices !== undefined && ways < MAX_WAYS; ways++) {
    const way: Way = new Way(model, peer, sequence, choices);
    add(traces, way.go(cycle));
    choices = way.next();
  }
  const { uncovered } = traces.find((trace) => trace.uncovered !== undefined) ?? {};
  return { traces, ...(uncovered && { uncovered }), ...(choices && { isCut: true }) };
}

/** Each trace once. Of two ways to one trace, the better known proves it. */
function add(traces: PredictedTrace[], trace: PredictedTrace): void {
  const same = traces.findIndex((other) => other.trace.join() === trace.trace.join() && other.uncovered?.step === trace.uncovered?.step);
  if (same === -1) traces.push(trace);
  else if (isWeaker((traces[same] as PredictedTrace).evidence, trace.evidence)) traces[same] = trace;
}

const FAMILY: Readonly<Record<Transport, Family>> = { tcp: 'tcp', tcp6: 'tcp', unix: 'unix', udp: 'udp', udp6: 'udp' };
const NOTHING = {};
const WHILE_CONNECTING: ReadonlySet<string> = new Set(['EINPROGRESS', 'WSAEWOULDBLOCK']);

/** A model does not say what follows: the why. */
class NotCovered {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** One way through a sequence: which alternative is taken, wherever there are several. */
class Way {
  readonly #model: Model;
  readonly #peerModel: Model;
  readonly #sequence: Sequence;
  /** For each rule with alternatives, in order of first use: which is taken. Behind the end of the list it is the first. */
  readonly #choices: number[];
  readonly #choosing: Choice[] = [];
  readonly #wireOfS: Wire = [];
  readonly #wireOfP: Wire = [];
  readonly #used: Used[] = [];
  readonly #trace: string[] = [];
  readonly #calls: PredictedCall[] = [];
  #evidence: Evidence = 'measured';
  #endOfS!: EndModel;
  #endOfP!: EndModel;
  #S!: End;
  /** Where S listens: what accept will return. */
  #waiting: End | undefined;
  /** Absent until it is connected. */
  #P: End | undefined;
  #isOver = false;

  constructor(model: Model, peer: Model, sequence: Sequence, choices: number[]) {
    this.#model = model;
    this.#peerModel = peer;
    this.#sequence = sequence;
    this.#choices = choices;
  }

  go(cycle: number): PredictedTrace {
    let made = 0;
    let uncovered: Uncovered | undefined;
    const last = cycle === 0 ? -1 : this.#sequence.steps.reduce((sum, { count }) => sum + count, 0) - cycle;
    let before: string | undefined;
    for (const step of this.#sequence.steps) {
      for (let i = 0; i < step.count && !this.#isOver && uncovered === undefined; i++) {
        try {
          if (made === 0) this.#begin(step);
          if (made === last) before = this.#ends();
          this.#step(step, made);
        } catch (error) {
          if (!(error instanceof NotCovered)) throw error;
          uncovered = { step: made, text: printStep(step.count === 1 ? step : { ...step, count: 1 }), why: error.why };
        }
        made++;
      }
    }
    const repeats = before !== undefined && uncovered === undefined && !this.#isOver && this.#ends() === before;
    return {
      trace: this.#trace,
      calls: this.#calls,
      used: this.#used,
      evidence: this.#calls.length === 0 ? 'unknown' : this.#evidence,
      ...(uncovered && { uncovered }),
      ...(repeats && { repeats }),
    };
  }

  /** All that the answers to come depend on, beside the alternatives, which are kept. */
  #ends(): string {
    return JSON.stringify([this.#S, this.#P, this.#waiting]);
  }

  /** The choices of the next way: the last alternative that has others is exchanged for its next. undefined after the last way. */
  next(): number[] | undefined {
    for (let i = this.#choosing.length - 1; i >= 0; i--) {
      const chosen = this.#choices[i] ?? 0;
      if (chosen + 1 < (this.#choosing[i] as Choice).either.length) return [...this.#choosing.slice(0, i).map((_, j) => this.#choices[j] ?? 0), chosen + 1];
    }
    return undefined;
  }

  #begin(first: Step): void {
    const { transport } = this.#sequence;
    const family = FAMILY[transport];
    this.#endOfS = ofFamily(this.#model, family);
    this.#endOfP = this.#peerModel === this.#model ? this.#endOfS : ofFamily(this.#peerModel, family);
    if (family === 'udp') {
      this.#S = this.#endOfS.fresh('fresh');
      this.#P = this.#endOfP.fresh('fresh');
    } else if (first.verb === 'socket') this.#S = this.#endOfS.fresh('fresh');
    else if (first.verb === 'listen') this.#S = this.#endOfS.fresh('listening');
    else {
      this.#S = this.#endOfS.fresh('connected');
      this.#P = this.#endOfP.fresh('connected');
    }
  }

  #step(step: Step, made: number): void {
    if (!step.settles && !(this.#model.deliversAtOnce && this.#peerModel.deliversAtOnce)) {
      throw new NotCovered('without waiting, it is a race whether what it causes has arrived before the next step');
    }
    if (step.actor === 'S') this.#subjectStep(step, made);
    else this.#peerStep(step, made);
  }

  #subjectStep(step: SubjectStep, made: number): void {
    switch (step.verb) {
      case 'socket':
      case 'listen':
        return;
      case 'blocking':
        this.#S.blocking = true;
        return;
      case 'rcvtimeo':
        this.#S.rcvtimeo = step.ms;
        return;
    }
    let answer = this.#ask(step, false);
    this.#deliver();
    if (answer.token === undefined && step.verb === 'connect') answer = this.#ask(step, true);
    const { token, rule } = answer;
    const text = token === undefined ? BLOCKED : printToken(token);
    if (step.recorded) this.#record(made, text, rule);
    else if (token === undefined || (token.type === 'code' && !(step.verb === 'connect' && WHILE_CONNECTING.has(text)))) {
      throw new NotCovered(`a step in brackets must succeed, and this gives ${text}`);
    }
    if (token === undefined) this.#isOver = true;
    if (step.verb === 'accept') {
      if (token?.type === 'ok' && this.#waiting !== undefined) this.#accepted(this.#waiting);
      else this.#isOver = true;
    }
  }

  #accepted(accepted: End): void {
    const { blocking, rcvtimeo } = this.#S;
    this.#S = accepted;
    this.#waiting = undefined;
    accepted.blocking = blocking;
    accepted.rcvtimeo = rcvtimeo;
  }

  #peerStep(step: PeerStep, made: number): void {
    if (step.verb === 'connect') {
      this.#P = this.#endOfP.fresh('connected');
      this.#waiting = this.#endOfS.fresh('connected');
      this.#act('S', this.#S, 'connection', NOTHING);
      return;
    }
    const P = this.#P;
    if (P === undefined) throw new NotCovered('P is not connected');
    if (step.verb === 'recv') this.#peerReceives(P, step.recorded, made);
    else {
      this.#call('P', P, step.verb, step);
      this.#deliver();
    }
  }

  /** It takes all there is: the answer is how many bytes that were, or, where there were none, what recv gave instead. */
  #peerReceives(P: End, recorded: boolean, made: number): void {
    const first = this.#call('P', P, 'recv', RECEIVES);
    let { token } = first;
    let bytes = 0;
    while (token?.type === 'data' || token?.type === 'zero') {
      bytes += token.type === 'data' ? token.bytes : 0;
      this.#deliver();
      token = this.#call('P', P, 'recv', RECEIVES).token;
    }
    this.#deliver();
    if (recorded) this.#record(made, printToken(bytes > 0 ? { type: 'data', bytes } : (first.token as Token)), first.rule);
  }

  #record(made: number, token: string, rule: Known): void {
    this.#trace.push(token);
    this.#calls.push({ step: made, token, rule });
  }

  #ask(step: SubjectStep, again: boolean): { readonly token: Token | undefined; readonly rule: Known } {
    switch (step.verb) {
      case 'recv':
        return this.#call('S', this.#S, 'recv', receiving(step));
      case 'connect':
        return this.#call('S', this.#S, 'connect', { refused: step.refused, again });
      case 'send':
      case 'shutdown':
        return this.#call('S', this.#S, step.verb, step);
      case 'fill':
        throw new NotCovered('how much fits into full buffers is not modelled');
      default:
        return this.#call('S', this.#S, step.verb as CallName, NOTHING);
    }
  }

  #call<C extends CallName>(end: 'S' | 'P', state: End, call: C, argument: Calls[C]): { readonly token: Token | undefined; readonly rule: Known } {
    // A call always has an answer, be it that it waits.
    const { token, used } = this.#act(end, state, call, argument) as Extract<Answer, { readonly used: Known }>;
    return { token, rule: used };
  }

  #act(end: 'S' | 'P', state: End, event: EventName, argument: object): Exclude<Answer, { readonly unknown: string }> | undefined {
    const [model, wire] = end === 'S' ? [this.#endOfS, this.#wireOfS] : [this.#endOfP, this.#wireOfP];
    const answer = act(model, state, event, argument as Calls[CallName], wire, this.#choose);
    if (answer === undefined) return undefined;
    if ('unknown' in answer) throw new NotCovered(answer.unknown);
    this.#used.push({ end, rule: answer.used });
    if (isWeaker(answer.used.evidence, this.#evidence)) this.#evidence = answer.used.evidence;
    return answer;
  }

  /** What a system does is not known, but it does the same each time: a rule keeps its alternative. */
  readonly #choose = (rule: Choice): number => {
    let i = this.#choosing.indexOf(rule);
    if (i === -1) i = this.#choosing.push(rule) - 1;
    return this.#choices[i] ?? 0;
  };

  /** What is on the wire arrives, and what it draws, until all is quiet. */
  #deliver(): void {
    for (;;) {
      const fromS = this.#wireOfS.shift();
      if (fromS !== undefined) {
        this.#fromS(fromS);
        continue;
      }
      const fromP = this.#wireOfP.shift();
      if (fromP === undefined) return;
      this.#toS(fromP);
    }
  }

  #fromS(segment: Segment): void {
    if (segment.type === 'syn') {
      if (segment.refused) {
        this.#act('S', this.#S, 'refused', NOTHING);
        return;
      }
      this.#P = this.#endOfP.fresh('connected');
      this.#act('S', this.#S, 'connected', NOTHING);
    } else if (segment.type === 'datagram' && segment.refused) this.#act('S', this.#S, 'unreachable', NOTHING);
    else if (this.#P !== undefined) this.#arrive('P', this.#P, segment);
  }

  #toS(segment: Segment): void {
    if (this.#waiting === undefined) this.#arrive('S', this.#S, segment);
    else {
      this.#arrive('S', this.#waiting, segment);
      if (segment.type === 'rst') this.#act('S', this.#S, 'rst', segment);
    }
  }

  #arrive(end: 'S' | 'P', state: End, segment: Segment): void {
    this.#act(end, state, segment.type as ArrivalName, segment);
    if ((end === 'S' ? this.#endOfS : this.#endOfP).isFull(state)) throw new NotCovered('so much is unread that buffers may be full, which is not modelled');
  }
}

/** P takes all there is. */
const RECEIVES: Calls['recv'] = { length: MAX_LENGTH, peek: false, waitall: false };

/** The arguments of a recv, by its step: most are alike. */
function receiving({ length, flags }: Extract<SubjectStep, { readonly verb: 'recv' }>): Calls['recv'] {
  if (flags.length === 0) return { length, peek: false, waitall: false };
  if (flags.includes('&')) throw new NotCovered('a call that waits while the next steps are made is not modelled');
  if (flags.includes('MSG_OOB')) throw new NotCovered('urgent data is not modelled');
  if (flags.includes('NULL')) throw new NotCovered('a buffer that is no buffer is not modelled');
  return { length, peek: flags.includes('MSG_PEEK'), waitall: flags.includes('MSG_WAITALL') };
}

function ofFamily({ platform, ends }: Model, family: Family): EndModel {
  const end = ends[family];
  if (typeof end === 'string') throw new NotCovered(`${platform}: ${end}`);
  return end;
}
