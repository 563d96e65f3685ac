import fc from 'fast-check';
import { parseSteps } from '../language/parse-steps.ts';
import type { Sequence, Step, Transport } from '../language/steps.ts';

/** Random sequences of steps: what a model and a system are compared on. */

/** The steps that a sequence is made of. What is nearer to the beginning is what a counterexample is shrunk to. */
const READS = [
  'S recv',
  'S recv 4',
  'S recv 1',
  'S recv 0',
  'S peek',
  'S peek 4',
  'S so_error',
  'S poll',
  'S select',
  'S readable',
  'S getpeername',
  'S getsockname',
];
const SUBJECT = steps([...READS, 'S send 8', 'S send 1', 'S shutdown read', 'S connect', 'S close']);
/** Seldom: a connection that both ends shut is in TIME_WAIT for a minute. */
const SHUTS = steps(['S shutdown write', 'S shutdown both']);
const PEER = steps(['P reset', 'P close', 'P send 10', 'P send 1', 'P recv', 'P shutdown write', 'P shutdown read', 'P shutdown both']);
const DATAGRAM_SUBJECT = steps([...READS, 'S send 8', 'S send 0', 'S send 70000', 'S connect', 'S accept', 'S shutdown read', 'S shutdown write', 'S close']);
const DATAGRAM_PEER = steps(['P close', 'P send 10', 'P send 0', 'P recv']);

const TIMED = steps(['(S blocking)', '(S rcvtimeo 1)']);
/** How S begins, and how often of a thousand. */
const OPENINGS: readonly {
  readonly steps: readonly Step[];
  readonly weight: number;
  readonly peer: 'connected' | 'connects' | 'none';
  readonly waits?: true;
}[] = [
  { steps: [], weight: 840, peer: 'connected' },
  { steps: steps(['(S socket)', '(S connect)']), weight: 100, peer: 'connected' },
  { steps: steps(['(S socket)']), weight: 50, peer: 'none' },
  // These wait: for what nothing tells, or for a time to run out.
  { steps: steps(['(S socket)', 'S connect refused']), weight: 4, peer: 'none' },
  { steps: steps(['(S listen)']), weight: 4, peer: 'connects' },
  { steps: steps(['(S listen)']), weight: 2, peer: 'none' },
  { steps: TIMED, weight: 2, peer: 'connected', waits: true },
];
const CONNECT = step('(S listen); P connect; S accept', 1);
const ACCEPT = step('(S listen); S accept', 1);
const WAITALL = step('S recv 10 MSG_WAITALL', 0);

/** At most so many steps, those of the opening not counted. */
const MOST = 10;

export function randomSteps(transports: readonly Transport[]): fc.Arbitrary<Sequence> {
  return fc.oneof(...transports.map((transport) => (transport.startsWith('udp') ? datagrams(transport) : stream(transport))));
}

function stream(transport: Transport): fc.Arbitrary<Sequence> {
  const opening = fc.oneof(...OPENINGS.map((one) => ({ weight: one.weight, arbitrary: fc.constant(one) })));
  const choices = [
    { weight: 20, arbitrary: fc.constantFrom(...SUBJECT) },
    { weight: 20, arbitrary: fc.constantFrom(...PEER) },
    { weight: 2, arbitrary: fc.constantFrom(...SHUTS) },
    { weight: 1, arbitrary: fc.constantFrom(ACCEPT, WAITALL) },
  ];
  const middle = fc.array(fc.oneof(...choices), { minLength: 1, maxLength: MOST });
  return fc.tuple(opening, middle).map(([{ steps: first, peer, waits = false }, chosen]) => ({
    transport,
    steps: [
      ...first,
      ...(peer === 'connects' ? [CONNECT] : []),
      ...possible(chosen, transport, { hasNoPeer: peer === 'none', cannotConnect: peer !== 'connected', cannotClose: waits }),
    ],
  }));
}

function datagrams(transport: Transport): fc.Arbitrary<Sequence> {
  const waits = fc.oneof({ weight: 998, arbitrary: fc.constant(false) }, { weight: 2, arbitrary: fc.constant(true) });
  const middle = fc.array(fc.oneof(fc.constantFrom(...DATAGRAM_SUBJECT), fc.constantFrom(...DATAGRAM_PEER)), { minLength: 1, maxLength: MOST });
  return fc.tuple(waits, middle).map(([waiting, chosen]) => ({
    transport,
    steps: [...(waiting ? TIMED : []), ...possible(chosen, transport, { cannotConnect: waiting, cannotClose: waiting })],
  }));
}

/**
 * Without the steps of a peer that is gone, or is not there; a sequence records something. After S is closed only calls follow that do not wait: meanwhile the handle
 * would be given to a socket of another sequence.
 */
function possible(chosen: readonly Step[], transport: Transport, { hasNoPeer = false, cannotConnect = false, cannotClose = false } = {}): readonly Step[] {
  let isGone = hasNoPeer;
  let isClosed = false;
  const left = chosen.filter((step) => {
    if (step.actor === 'S') {
      if ((cannotConnect || isClosed) && step.verb === 'connect') return false;
      if (cannotClose && step.verb === 'close') return false;
      isClosed ||= step.verb === 'close';
      return true;
    }
    if (isGone || isClosed || (transport === 'unix' && step.verb === 'reset')) return false;
    isGone = step.verb === 'close' || step.verb === 'reset';
    return true;
  });
  return left.some(({ actor }) => actor === 'S') ? left : [...left, SUBJECT[0] as Step];
}

function steps(texts: readonly string[]): readonly Step[] {
  return texts.map((text) => step(`${text}; S recv`, 0));
}

function step(text: string, index: number): Step {
  return parseSteps(text).steps[index] as Step;
}
