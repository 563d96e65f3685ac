import type { Address, Direction, Handle, Sockets } from '../native-bindings/sockets.ts';
import type { Command } from '../platforms/command.ts';
import type { TimedObservation } from '../results/measured.ts';
import { type Answer, type Call, observed, PEER_PAYLOAD, perform } from './calls.ts';
import { type Started, startProcess } from './process.ts';
import { type Arrival, settle } from './settle.ts';
import { mustSucceed, SetupFailed } from './setup.ts';
import type { Trial } from './trial.ts';

/** The other end of a connection. Its calls prepare what S will see; they are not recorded, but for `receive`. */
export interface Peer {
  connect(to: Address): Promise<void>;
  send(length: number): Promise<void>;
  shutdown(direction: Direction): Promise<void>;
  /** A plain close: sends a FIN where all was read, an RST where something was not. */
  close(): Promise<void>;
  /** Resets the connection: SO_LINGER {1, 0}, then close. */
  reset(): Promise<void>;
  /** Waits until what S did has arrived at P, by calls that consume nothing of it. */
  settled(arrival: Arrival): Promise<void>;
  /** Receives what S sent, once `length` bytes of it are there: recorded. */
  receive(length: number): Promise<TimedObservation>;
}

/** A peer in the process of the subject. */
export class LocalPeer implements Peer {
  readonly #trial: Trial;
  #handle: Handle = -1;
  #family: Address['family'] = 'inet';

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  async connect(to: Address): Promise<void> {
    this.#family = to.family;
    this.#handle = this.#trial.socket(this.#family).handle;
    mustSucceed(this.#context, this.#sockets.connect(this.#handle, to), "the peer's connect");
  }

  async send(length: number): Promise<void> {
    mustSucceed(this.#context, this.#sockets.send(this.#handle, PEER_PAYLOAD, length, 0), "the peer's send");
  }

  async shutdown(direction: Direction): Promise<void> {
    mustSucceed(this.#context, this.#sockets.shutdown(this.#handle, direction), "the peer's shutdown");
  }

  async close(): Promise<void> {
    this.#trial.disown(this.#handle);
    mustSucceed(this.#context, this.#sockets.close(this.#handle), "the peer's close");
  }

  async reset(): Promise<void> {
    resetOnClose(this.#context, this.#handle);
    await this.close();
  }

  settled(arrival: Arrival): Promise<void> {
    return settle(this.#sockets, this.#handle, arrival);
  }

  async receive(length: number): Promise<TimedObservation> {
    return recordReceive(this.#trial, this.#handle, await receiveOn(this.#sockets, this.#handle, length));
  }

  get #context() {
    return this.#trial.context;
  }

  get #sockets() {
    return this.#trial.context.sockets;
  }
}

export function resetOnClose(context: Pick<Trial['context'], 'sockets' | 'nameOf'>, handle: Handle): void {
  const { sockets } = context;
  const { SOL_SOCKET, SO_LINGER } = sockets.constants;
  mustSucceed(context, sockets.setsockopt(handle, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0)), 'setsockopt(SO_LINGER)');
}

/** What a peer in a process of its own is asked, one request at a time. */
export type PeerRequest =
  | { readonly do: 'connect'; readonly to: Address }
  | { readonly do: 'send'; readonly length: number }
  | { readonly do: 'shutdown'; readonly direction: Direction }
  | { readonly do: 'close' }
  | { readonly do: 'reset' }
  | { readonly do: 'settle'; readonly arrival: Arrival }
  | { readonly do: 'receive'; readonly length: number };

export type PeerAnswer = { readonly done: true } | { readonly received: Answer } | { readonly failed: string };

/** A peer in a process of its own. */
export class RemotePeer implements Peer {
  readonly #trial: Trial;
  readonly #started: Started;
  readonly #answers: Answers;

  private constructor(trial: Trial, started: Started, answers: Answers) {
    this.#trial = trial;
    this.#started = started;
    this.#answers = answers;
  }

  static async start(trial: Trial, command: Command): Promise<RemotePeer> {
    const answers: Answers = { next: () => {} };
    const started = await startProcess(command, {
      message: (message) => answers.next(message as PeerAnswer),
      close: () => answers.next({ failed: 'its process is gone' }),
    });
    return new RemotePeer(trial, started, answers);
  }

  async connect(to: Address): Promise<void> {
    await this.#ask({ do: 'connect', to });
  }

  async send(length: number): Promise<void> {
    await this.#ask({ do: 'send', length });
  }

  async shutdown(direction: Direction): Promise<void> {
    await this.#ask({ do: 'shutdown', direction });
  }

  async close(): Promise<void> {
    await this.#ask({ do: 'close' });
  }

  async reset(): Promise<void> {
    await this.#ask({ do: 'reset' });
  }

  async settled(arrival: Arrival): Promise<void> {
    await this.#ask({ do: 'settle', arrival });
  }

  async receive(length: number): Promise<TimedObservation> {
    const answer = await this.#ask({ do: 'receive', length });
    if (!('received' in answer)) throw new SetupFailed("the peer's receive: it sent no answer");
    return recordReceive(this.#trial, -1, answer.received);
  }

  /** Kills the process and waits until it is gone: its sockets are closed by the system. */
  async kill(): Promise<void> {
    this.#started.child.kill('SIGKILL');
    await this.#started.ended;
    this.#started.channel.destroy();
  }

  async #ask(request: PeerRequest): Promise<PeerAnswer> {
    const answer = await new Promise<PeerAnswer>((resolve) => {
      this.#answers.next = resolve;
      this.#started.channel.send(request);
    });
    if ('failed' in answer) throw new SetupFailed(`the peer's ${request.do}: ${answer.failed}`);
    return answer;
  }
}

interface Answers {
  next: (answer: PeerAnswer) => void;
}

/** Receives on a peer's socket once `length` bytes have arrived there. */
export async function receiveOn(sockets: Sockets, handle: Handle, length: number): Promise<Answer> {
  await settle(sockets, handle, { bytes: length });
  return perform(sockets, receiveCall(handle));
}

function recordReceive(trial: Trial, handle: Handle, answer: Answer): TimedObservation {
  const { sockets, nameOf } = trial.context;
  return trial.record(observed(sockets, nameOf, 'P', receiveCall(handle), answer));
}

function receiveCall(handle: Handle): Call {
  return { call: 'recv', s: handle, stream: true, length: 4096, flags: [], nullBuffer: false };
}
