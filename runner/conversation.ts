import type { Command } from '../platforms/command.ts';
import type { Message } from './channel.ts';
import { Inbox, type Patience, type Silence } from './inbox.ts';
import { type Started, startProcess } from './process.ts';

/** ms for a process to end after it has closed its channel, and for the last of what it said to arrive after it ended. */
const END_MS = 1000;

/** What is said between this process and one that it started: requests there, messages back. */
export class Conversation {
  /** What the process said of itself when it connected back. */
  readonly hello: Message;
  /** How the process ended, once the last that it said has arrived. */
  readonly ended: Promise<string>;
  readonly #started: Started;
  readonly #inbox: Inbox;

  private constructor(started: Started, inbox: Inbox) {
    this.#started = started;
    this.#inbox = inbox;
    this.hello = started.hello;
    this.ended = started.ended.then((how) => Promise.race([inbox.closed, later(END_MS)]).then(() => how));
    this.ended.then((how) => inbox.end(how));
    // Without a channel it is of no use; how it ends says why there is none.
    inbox.closed.then(() => later(END_MS)).then(() => this.kill());
  }

  /** @throws StartFailed */
  static async start(command: Command): Promise<Conversation> {
    const inbox = new Inbox();
    return new Conversation(await startProcess(command, inbox), inbox);
  }

  get pid(): number | undefined {
    return this.#started.child.pid;
  }

  say(request: object): void {
    this.#started.channel.send(request);
  }

  /** The next message, or why there is none. */
  hear(patience?: Patience): Promise<Message | Silence> {
    return this.#inbox.next(patience);
  }

  /** Ends the process at once, and with it every call that it hangs in. */
  kill(): void {
    this.#started.child.kill('SIGKILL');
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.kill();
    await this.#started.ended;
    this.#started.channel.destroy();
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
