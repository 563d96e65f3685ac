import type { Listener, Message } from './channel.ts';
import { deferred } from './deferred.ts';
import { Watchdog } from './watchdog.ts';

/** Messages that may wait to be heard; no process of ours sends so many. */
const MOST_WAITING = 100_000;

/** Why nothing was heard that could be used. */
export class Silence {
  readonly why: 'late' | 'interrupted' | 'ended' | 'unfit';
  /** How the other process ended: `exit code 1`, `signal SIGKILL`; what is wrong with what it said. */
  readonly how: string;

  constructor(why: Silence['why'], how = '') {
    this.why = why;
    this.how = how;
  }

  /** What the other side did, after its name: `ended its process: exit code 1`. `late`: what it did not do in time. */
  inWords(late: string): string {
    return { late, interrupted: 'was interrupted', ended: `ended its process: ${this.how}`, unfit: this.how }[this.why];
  }
}

export interface Patience {
  /** How long nothing may be said, in ms; for ever where absent. */
  readonly ms?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What comes over a channel, in its order, for one who takes one message at a time. */
export class Inbox implements Listener {
  /** The channel was closed. */
  readonly closed: Promise<void>;
  readonly close: () => void;
  readonly #messages: Message[] = [];
  #end: Silence | undefined;
  #wake = () => {};

  constructor() {
    const { promise, resolve } = deferred<void>();
    this.closed = promise;
    this.close = resolve;
  }

  readonly message = (message: Message): void => {
    if (this.#messages.length < MOST_WAITING) this.#messages.push(message);
    this.#wake();
  };

  /** Nothing more will come: `how` the other side ended. */
  end(how: string): void {
    this.#end = new Silence('ended', how);
    this.#wake();
  }

  /** The next message, or why there is none. */
  async next({ ms, signal }: Patience = {}): Promise<Message | Silence> {
    const { promise, resolve } = deferred<Silence | undefined>();
    this.#wake = () => resolve(undefined);
    if (this.#messages.length > 0 || this.#end !== undefined) this.#wake();
    const onAbort = () => resolve(new Silence('interrupted'));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    const watchdog = ms === undefined ? undefined : new Watchdog(ms, () => resolve(new Silence('late')));
    const silence = await promise;
    watchdog?.stop();
    signal?.removeEventListener('abort', onAbort);
    return silence ?? this.#messages.shift() ?? (this.#end as Silence);
  }
}
