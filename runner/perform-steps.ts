import type { Address } from '../language/address.ts';
import {
  CLOSE,
  connectCall,
  FIONREAD,
  type FlagName,
  GETPEERNAME,
  GETSOCKNAME,
  POLL,
  POLL_NOW,
  recvCall,
  SELECT,
  SELECT_NOW,
  SO_ERROR,
  sendCall,
  sendtoCall,
  shutdownCall,
} from '../language/call.ts';
import { type ReceiveWord, type Sequence, type Step, type SubjectAct, type SubjectStep, stepByStep, type Transport } from '../language/steps.ts';
import type { SocketCall } from './calls.ts';
import type { Peer } from './peer.ts';
import { PAUSE_MS } from './settle.ts';
import { SetupFailed } from './setup.ts';
import { after, DatagramPeer, type StepPeer, StreamPeer } from './step-peer.ts';
import { BEGUN, type Subject, type Trial } from './trial.ts';

/** Windows sends its SYN again for two seconds, even on loopback, before it takes a refusal for an answer. */
const REFUSAL_MS = 3000;
const FILL_LENGTH = 64 * 1024;
const PEER = "the peer's address";

/** What performs a sequence of steps (docs/steps.md), as often as it is called. */
export function performing(sequence: Sequence): (t: Trial) => Promise<void> {
  const perform = preparing(sequence);
  return async (t) => {
    await perform(t);
  };
}

/** The same; it gives S as it is then, for what is done next. undefined where its accept failed. */
export function preparing(sequence: Sequence): (t: Trial) => Promise<Subject | undefined> {
  const steps = stepByStep(sequence);
  const plan = planOf(sequence.transport, steps);
  const made = plan.opening === 'accepted' ? steps : steps.slice(1);
  return async (t) => {
    const performance = await Performance.open(plan.isV6 ? t.with({ family: 'inet6' }) : t, plan);
    for (const step of made) {
      // What has happened already when the call returns costs no turn of the event loop.
      const pending = performance.step(step);
      if (pending instanceof Promise) await pending;
      if (performance.isOver) break;
    }
    if (performance.waiting !== undefined) await performance.waiting;
    return performance.isOver ? undefined : performance.subject;
  };
}

/** Whether its trials spend their time waiting, though the platform tells what has arrived. */
export function waitsIn(sequence: Sequence): boolean {
  const { kills, opening, refuses } = planOf(sequence.transport, sequence.steps);
  return kills || refuses || opening === 'listen' || sequence.steps.some(({ verb }) => verb === 'blocking');
}

/** Whether its trials may be made beside those of other scenarios: no call blocks, none is made on a handle after its close, which others may be given, and nothing is a race. */
export function sharesAgentIn(sequence: Sequence): boolean {
  const { transport, steps } = sequence;
  const { kills, opening, connects, refuses } = planOf(transport, steps);
  const isAlone = (step: Step) =>
    !step.settles || ['blocking', 'fill'].includes(step.verb) || (step.actor === 'S' && step.verb === 'close') || waitsInThread(step);
  return transport !== 'unix' && opening === 'accepted' && !kills && !connects && !refuses && !steps.some(isAlone);
}

function waitsInThread(step: Step): boolean {
  return step.actor === 'S' && step.verb === 'recv' && step.flags.includes('&');
}

interface Plan {
  readonly transport: 'tcp' | 'udp' | 'unix';
  readonly isV6: boolean;
  readonly opening: 'accepted' | 'socket' | 'listen';
  /** Whether S connects to P; to a port where nobody listens. */
  readonly connects: boolean;
  readonly refuses: boolean;
  readonly kills: boolean;
}

function planOf(transport: Transport, steps: readonly Step[]): Plan {
  const [first] = steps;
  return {
    transport: transport === 'tcp6' ? 'tcp' : transport === 'udp6' ? 'udp' : transport,
    isV6: transport.endsWith('6'),
    opening: first?.verb === 'socket' || first?.verb === 'listen' ? first.verb : 'accepted',
    connects: steps.some((step) => step.actor === 'S' && step.verb === 'connect' && !step.refused),
    refuses: steps.some((step) => step.actor === 'S' && step.verb === 'connect' && step.refused),
    kills: steps.some(({ verb }) => verb === 'kill'),
  };
}

/** One trial of a sequence. */
class Performance {
  readonly #t: Trial;
  readonly #plan: Plan;
  readonly #peer: StepPeer | undefined;
  readonly #P: Peer | undefined;
  /** Where S's connect goes, and its send where it is not connected. */
  readonly #address: Address | undefined;
  #S: Subject;
  #isConnected: boolean;
  /** A recv that waits in a thread. */
  waiting: Promise<unknown> | undefined;
  /** Its accept failed: there is no S for the steps that are left. */
  isOver = false;

  static async open(t: Trial, plan: Plan): Promise<Performance> {
    const { transport, opening, connects, kills: killable } = plan;
    if (transport === 'udp') {
      const [{ S, address: addressOfS }, { S: socket, address }] = [t.udp(), t.udp()];
      S.setNonBlocking();
      socket.setNonBlocking();
      return new Performance(t, plan, S, { peer: new DatagramPeer(t, socket, { address, addressOfS }), address });
    }
    if (opening === 'accepted') {
      const { S, P, address } = await (transport === 'unix' ? t.unix({ killable }) : t.tcp({ killable }));
      return new Performance(t, plan, S, { P, peer: new StreamPeer(t, P, address, true), address });
    }
    if (opening === 'listen') {
      const P = await t.peer({ killable });
      const { L, address } = transport === 'unix' ? t.unixListener() : t.listener();
      L.setNonBlocking();
      return new Performance(t, plan, L, { P, peer: new StreamPeer(t, P, address, false), address });
    }
    const S = t.socket(transport === 'unix' ? 'unix' : t.parameters.family);
    S.setNonBlocking();
    if (!connects) return new Performance(t, plan, S, {});
    const P = await t.peer({ killable });
    const reply = await P.ask({ do: 'listen', at: transport === 'unix' ? t.unixAddress() : t.anyPort() });
    if (!('address' in reply)) throw new SetupFailed('the peer does not listen');
    return new Performance(t, plan, S, { P, peer: new StreamPeer(t, P, reply.address, false), address: reply.address });
  }

  private constructor(t: Trial, plan: Plan, S: Subject, { peer, P, address }: { readonly peer?: StepPeer; readonly P?: Peer; readonly address?: Address }) {
    this.#t = t;
    this.#plan = plan;
    this.#S = S;
    this.#peer = peer;
    this.#P = P;
    this.#address = address;
    this.#isConnected = plan.opening === 'accepted' && plan.transport !== 'udp';
  }

  get subject(): Subject {
    return this.#S;
  }

  step(step: Step): void | Promise<void> {
    if (step.actor === 'P') return this.#peer?.perform(step, this.#S);
    const { waiting } = this;
    if (waiting === undefined) return this.#subject(step);
    this.waiting = undefined;
    return waiting.then(() => this.#subject(step));
  }

  #subject(step: SubjectStep): void | Promise<void> {
    const S = this.#S;
    switch (step.verb) {
      case 'blocking':
        return S.setBlocking();
      case 'rcvtimeo':
        return S.setReceiveTimeout(step.ms);
      case 'fill':
        return S.sendUntilFailure(FILL_LENGTH);
      case 'accept':
        return this.#accept();
      case 'connect':
        return this.#connect(step);
      case 'recv':
        if (!step.flags.includes('&')) break;
        return S.recordWaiting(receive(step, true)).then(({ returned }) => {
          this.waiting = returned;
        });
    }
    const call = this.#callOf(step);
    if (!step.recorded) return this.#after(step, S.must(call).ret);
    return after(S.record(call), ({ ret, name }) => (name === undefined ? this.#after(step, ret as number) : undefined));
  }

  #callOf(step: SubjectAct): SocketCall {
    const isStream = this.#plan.transport !== 'udp';
    switch (step.verb) {
      case 'recv':
        return receive(step, isStream);
      case 'send':
        return isStream || this.#isConnected ? sendCall(step.length) : sendtoCall(step.length, this.#address as Address, PEER);
      case 'shutdown':
        return shutdownCall(step.direction);
      case 'poll':
        return this.#t.context.haste !== undefined ? POLL_NOW : POLL;
      case 'select':
        return this.#t.context.haste !== undefined ? SELECT_NOW : SELECT;
      default:
        return CALLS[step.verb as keyof typeof CALLS];
    }
  }

  /** Waits until what a call of S has caused has arrived at P, or has come back. */
  #after(step: SubjectStep, ret: number): void | Promise<void> {
    if (step.verb === 'close') this.#S.forget();
    if (step.verb === 'send' && (ret > 0 || this.#plan.transport === 'udp')) return this.#peer?.afterSend(this.#S, ret, step.settles);
    if (step.settles && step.verb === 'shutdown' && step.direction !== 'read') return this.#peer?.afterShutdown(this.#S);
  }

  async #accept(): Promise<void> {
    const accepted = await this.#S.accept();
    if (accepted === undefined) this.isOver = true;
    else this.#takes(accepted);
  }

  #takes(S: Subject): void {
    this.#S = S;
    this.#isConnected = true;
    if (this.#peer instanceof StreamPeer) this.#peer.isTaken = true;
    if (this.#peer instanceof DatagramPeer) this.#peer.isConnected = true;
  }

  async #connect({ refused, recorded, settles }: SubjectStep & { readonly verb: 'connect' }): Promise<void> {
    const S = this.#S;
    const call = refused
      ? connectCall(this.#t.closedPort(this.#plan.transport === 'udp' ? 'dgram' : 'stream'), 'closed port')
      : connectCall(this.#address as Address, PEER);
    const { name } = await S.connect(call, recorded);
    const isBegun = name !== undefined && BEGUN.has(name);
    if (name !== undefined && !isBegun) return;
    if (isBegun && settles) await S.connectSettled(refused || this.#t.context.tellsState ? REFUSAL_MS : PAUSE_MS);
    if (refused) return;
    // Once more, after a reset: P still listens, and takes no second connection.
    if (this.#isConnected) {
      if (isBegun && this.#peer instanceof StreamPeer) this.#peer.isTaken = false;
      return;
    }
    await this.#P?.ask({ do: 'accept', from: this.#t.addressOf(S) });
    this.#takes(S);
  }
}

const CALLS = { so_error: SO_ERROR, getpeername: GETPEERNAME, getsockname: GETSOCKNAME, readable: FIONREAD, close: CLOSE } as const;

function receive({ length, flags }: { readonly length: number; readonly flags: readonly ReceiveWord[] }, stream: boolean) {
  return flags.length === 0 ? recvCall(length, { stream }) : recvCall(length, { stream, isNull: flags.includes('NULL'), flags: flags.filter(isFlag) });
}

function isFlag(word: ReceiveWord): word is FlagName {
  return word !== 'NULL' && word !== '&';
}
