import type * as Zod from 'zod';
import type { Command } from '../platforms/command.ts';
import { type Channel, connectTo, type Door } from './channel.ts';
import { Inbox, type Patience, Silence } from './inbox.ts';
import { START_TIMEOUT_MS, type Started, StartFailed, startProcess } from './process.ts';

/** ms for a process to end after it has closed its channel, and for the last of what it said to arrive after it ended. */
const END_MS = 1000;
/** ms for the channel of a process that has ended to close. */
const GONE_MS = 10_000;

/** What the other side may say: a zod schema, which gives the type. */
export type Schema<T> = Pick<Zod.ZodType<T>, 'safeParse'>;

/** Of a process that is this program too, and runs nobody else's code: zod would take an agent, which hears it, 70 ms to load. */
export function believed<T>(): Schema<T> {
  return { safeParse: (data) => ({ success: true, data: data as T }) };
}

/** What is said between this process and another: whoever knows the token of a door, of this process or of the other, takes part in it. */
export class Conversation<Said extends object, Heard> {
  /** How the other side ended, once the last that it said has arrived. */
  readonly ended: Promise<string>;
  protected readonly channel: Channel;
  protected readonly inbox: Inbox;
  readonly #schema: Schema<Heard>;

  constructor(channel: Channel, inbox: Inbox, schema: Schema<Heard>, ended = inbox.closed.then(() => 'the connection was closed')) {
    this.channel = channel;
    this.inbox = inbox;
    this.#schema = schema;
    this.ended = ended;
    ended.then((how) => inbox.end(how));
  }

  say(message: Said): void {
    this.channel.send(message);
  }

  /** The next message, or why there is none; one that does not fit the schema is the other side's fault. */
  async hear(patience?: Patience): Promise<Heard | Silence> {
    const heard = await this.inbox.next(patience);
    if (heard instanceof Silence) return heard;
    const { success, data, error } = this.#schema.safeParse(heard);
    return success ? data : new Silence('unfit', `sent a message that does not fit: ${complaint(error)}`);
  }

  /** Ends it once what was said has left. */
  end(): Promise<void> {
    return this.channel.end();
  }
}

/** In one line. */
function complaint({ issues: [issue] }: Zod.ZodError): string {
  return [issue?.path.map(String).join('.'), issue?.message].filter((part) => part !== '').join(': ');
}

/** With who listens at a door. @throws Error where nobody does */
export async function conversationAt<Said extends object, Heard>(door: Door, schema: Schema<Heard>): Promise<Conversation<Said, Heard>> {
  const inbox = new Inbox();
  const channel = await connectTo(door, inbox);
  return new Conversation(channel, inbox, schema);
}

/** With a process that this one started: requests there, messages back. */
export class ProcessConversation<Said extends object, Heard> extends Conversation<Said, Heard> {
  readonly #started: Started;

  private constructor(started: Started, inbox: Inbox, schema: Schema<Heard>) {
    super(
      started.channel,
      inbox,
      schema,
      started.ended.then((how) => Promise.race([inbox.closed, later(END_MS)]).then(() => how)),
    );
    this.#started = started;
    // Without a channel it is of no use; how it ends says why there is none.
    inbox.closed.then(() => later(END_MS)).then(() => this.kill());
  }

  /** @throws StartFailed */
  static async start<Said extends object, Heard>(command: Command, schema: Schema<Heard>): Promise<ProcessConversation<Said, Heard>> {
    const inbox = new Inbox();
    return new ProcessConversation(await startProcess(command, inbox), inbox, schema);
  }

  get pid(): number | undefined {
    return this.#started.child.pid;
  }

  /** Ends the process at once, and with it every call that it hangs in. */
  kill(): void {
    this.#started.child.kill('SIGKILL');
  }

  /** Ends the process and waits until it is gone, and with it what it had open: under Wine, on a busy machine, that was closed up to a second after its end was told. */
  async stop(): Promise<void> {
    this.kill();
    await this.#started.ended;
    await Promise.race([this.inbox.closed, later(GONE_MS)]);
    this.channel.destroy();
  }
}

/** This machine cannot run such a process, however often it is started. */
export class CannotRun extends StartFailed {}

interface Cannot {
  readonly type: 'cannot';
  readonly reason: string;
}

/**
 * Starts a process that says first that it is ready, or why it cannot do what it is for. `who`: "agent".
 *
 * @throws StartFailed with the reason, in the process's own words where it had any
 */
export async function startReady<Said extends object, Heard extends { readonly type: string }>(
  command: Command,
  schema: Schema<Heard | Cannot>,
  who: string,
): Promise<{ conversation: ProcessConversation<Said, Heard | Cannot>; ready: Extract<Heard, { type: 'ready' }> }> {
  const conversation = await ProcessConversation.start<Said, Heard | Cannot>(command, schema);
  const said = await conversation.hear({ ms: START_TIMEOUT_MS });
  if (!(said instanceof Silence) && said.type === 'ready') return { conversation, ready: said as Extract<Heard, { type: 'ready' }> };
  conversation.kill();
  if (!(said instanceof Silence)) throw new CannotRun('reason' in said ? said.reason : `the ${who} sent ${said.type} before it was ready`);
  if (said.why === 'ended') throw new StartFailed(`the ${who} process ended while it was starting: ${said.how}`);
  throw new StartFailed(`the ${who} ${said.inWords(`was not ready ${START_TIMEOUT_MS / 1000} s after it connected back`)}`);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
