/**
 * The pairs of calls: every way that a connection ends × a state × a first call × a second call. An id says all of it, `tcp/reset/pair?state=unread&first=so_error&second=recv`, so
 * that steps, expectations and tables of them are made of the id alone. Ids are a contract: what is added here gets new values, and nothing is renamed (docs/run-format.md).
 */
export interface Pair {
  readonly id: string;
  readonly ending: Ending;
  readonly state: PairState;
  readonly first: FirstCall;
  readonly second: SecondCall;
  /** As printSteps writes them. */
  readonly steps: string;
}

/** A way that a connection ends. */
export interface Ending {
  /** The folder of its scenarios. */
  readonly event: 'tcp/idle' | 'tcp/reset' | 'tcp/fin' | 'tcp/shutdown';
  /** Which of its event's; the plain one has none. */
  readonly end?: string;
  /** `the peer has reset the connection`. */
  readonly words: string;
  /** What is done before the state is made, and after. */
  readonly before?: string;
  readonly steps?: string;
  readonly states: readonly PairState[];
}

/** What there is at S when the connection ends. `would-block`: an event loop has called recv before, and there was nothing. */
const STATES = { fresh: undefined, unread: 'P send 10', 'would-block': 'S recv' } as const;
export type PairState = keyof typeof STATES;

const CALLS = {
  recv: 'recv',
  'recv-0': 'recv 0',
  peek: 'peek',
  send: 'send 8',
  so_error: 'so_error',
  poll: 'poll',
  select: 'select',
  readable: 'readable',
  getpeername: 'getpeername',
  'shutdown-read': 'shutdown read',
  'shutdown-write': 'shutdown write',
} as const;
export type FirstCall = keyof typeof CALLS;
/** Any call may take the error away; these are the ones that report it. */
export const SECOND_CALLS = ['recv', 'peek', 'send', 'so_error', 'poll', 'select'] as const;
export type SecondCall = (typeof SECOND_CALLS)[number];
export const FIRST_CALLS = Object.keys(CALLS) as readonly FirstCall[];
export const PAIR_STATES = Object.keys(STATES) as readonly PairState[];

const ALL = PAIR_STATES;
/** An earlier recv is told apart where nothing else was done before: the event loop's case. */
const TWO: readonly PairState[] = ['fresh', 'unread'];

export const ENDINGS: readonly Ending[] = [
  { event: 'tcp/idle', words: 'nothing has happened to the connection', states: ALL },
  { event: 'tcp/reset', words: 'the peer has reset the connection', steps: 'P reset', states: ALL },
  {
    event: 'tcp/reset',
    end: 'close',
    words: 'the peer has closed with unread data, which resets the connection',
    before: '(S send 10)',
    steps: 'P close',
    states: TWO,
  },
  { event: 'tcp/reset', end: 'fin', words: 'the peer has shut its sending side, then reset the connection', steps: 'P shutdown write; P reset', states: TWO },
  { event: 'tcp/reset', end: 'drawn', words: 'the peer has closed, and a send of this side has drawn a reset', steps: 'P close; (S send 8)', states: TWO },
  { event: 'tcp/fin', words: 'the peer has closed the connection', steps: 'P close', states: ALL },
  { event: 'tcp/fin', end: 'shutdown', words: 'the peer has shut its sending side, and still receives', steps: 'P shutdown write', states: TWO },
  { event: 'tcp/shutdown', end: 'read', words: 'this side has shut its receiving side', steps: '(S shutdown read)', states: TWO },
  { event: 'tcp/shutdown', end: 'write', words: 'this side has shut its sending side', steps: '(S shutdown write)', states: TWO },
  { event: 'tcp/shutdown', end: 'both', words: 'this side has shut both its sides', steps: '(S shutdown both)', states: TWO },
];

let all: ReadonlyMap<string, Pair> | undefined;

/** All of them by id, in the order in which runs list them. Made once, and only where they are wanted. */
export function pairs(): ReadonlyMap<string, Pair> {
  all ??= new Map(
    ENDINGS.flatMap((ending) =>
      ending.states.flatMap((state) =>
        FIRST_CALLS.flatMap((first) =>
          SECOND_CALLS.map((second): [string, Pair] => [pairId(ending, state, first, second), pairOf(ending, state, first, second)]),
        ),
      ),
    ),
  );
  return all;
}

export function pairId({ event, end }: Ending, state: PairState, first: FirstCall, second: SecondCall): string {
  return `${event}/pair?${end === undefined ? '' : `end=${end}&`}state=${state}&first=${first}&second=${second}`;
}

function pairOf(ending: Ending, state: PairState, first: FirstCall, second: SecondCall): Pair {
  const steps = [ending.before, STATES[state], ending.steps, ...(first === second ? [`S ${CALLS[first]} ×2`] : [`S ${CALLS[first]}`, `S ${CALLS[second]}`])];
  return { id: pairId(ending, state, first, second), ending, state, first, second, steps: steps.filter((step) => step !== undefined).join('; ') };
}

/** `recv 0`, of `recv-0`. */
export function stepOf(call: FirstCall): string {
  return CALLS[call];
}

/** Whether an id is a pair's, of this version or of another. */
export function isPair(id: string): boolean {
  return /\/pair(\?|$)/.test(id);
}

/** What a pair's scenario is among: `tcp/reset/pair`, `tcp/reset/pair?end=close`. */
export function pairGroup(id: string): string {
  return id.replace(/\?(?!end=).*$|&.*$/, '');
}

/** How many answers a trace has before those of the pair: what made the state may be recorded. */
export function recordedBefore(state: PairState): number {
  return state === 'would-block' ? 1 : 0;
}
