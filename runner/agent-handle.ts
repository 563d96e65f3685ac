import { BLOCKED } from '../language/token.ts';
import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import { type AgentMessage, type AgentRequest, agentMessageSchema, type BatchRequest, type FuzzRequest, type RunRequest } from './agent-protocol.ts';
import { type ProcessConversation, startReady } from './conversation.ts';
import type { Fuzzed } from './fuzz.ts';
import { Silence } from './inbox.ts';
import { StartFailed } from './process.ts';

/** ms beyond the agent's own watchdog, before the agent itself counts as hanging. */
const GRACE_MS = 1000;
/** ms for an agent that is interrupted to finish the trials that it has begun, on a machine that is busy too. */
const INTERRUPT_MS = 3000;

/** An agent, as the process that started it sees it. */
export class AgentHandle {
  readonly platform: Platform;
  readonly #conversation: ProcessConversation<AgentRequest, AgentMessage>;
  #usable = true;
  #interrupted = false;

  private constructor(platform: Platform, conversation: ProcessConversation<AgentRequest, AgentMessage>) {
    this.platform = platform;
    this.#conversation = conversation;
    conversation.ended.then(() => {
      this.#usable = false;
    });
  }

  /** @throws StartFailed with the reason, in the agent's words where it had any */
  static async start(command: Command): Promise<AgentHandle> {
    const { conversation, ready } = await startReady<AgentRequest, AgentMessage>(command, agentMessageSchema, 'agent');
    return new AgentHandle(ready.platform, conversation);
  }

  /** Whether it can take another scenario: not after a call in it has blocked, or when it is gone. */
  get usable(): boolean {
    return this.#usable;
  }

  get pid(): number | undefined {
    return this.#conversation.pid;
  }

  /**
   * Runs one scenario. That the agent hangs or dies in it is a result too. `timeout` in ms without a sign of life.
   *
   * @throws StartFailed where the agent ended before it began, which says nothing of the scenario
   */
  async run(request: Omit<RunRequest, 'type'>, onObservation: (observation: TimedObservation) => void): Promise<Measured> {
    const started = performance.now();
    const observations: TimedObservation[] = [];
    let begun = false;
    let latest: Measured | undefined;

    /** What is known of a scenario that its agent did not finish. */
    const cutShort = (as: 'blocked' | 'crashed', reason: string): Measured => {
      this.#usable = false;
      const nothing: Measured = { id: request.id, trials: 0, traces: [], ms: performance.now() - started };
      if (this.#interrupted) return latest ?? nothing;
      // Only the first trial's observations are told as they are made; later ones were counted as far as the last report goes.
      const unfinished = latest === undefined ? observations : [];
      const trace = [...unfinished.map(({ token }) => token), ...(as === 'blocked' && latest === undefined ? [BLOCKED] : [])];
      const traces = trace.length > 0 ? [{ trace, count: 1, observations: unfinished }] : [];
      return { ...(latest ?? { ...nothing, traces }), ms: performance.now() - started, ended: { as, reason } };
    };

    this.#conversation.say({ type: 'run', ...request });
    for (;;) {
      const said = await this.#conversation.hear({ ms: request.timeout + GRACE_MS });
      if (said instanceof Silence) {
        this.kill();
        if (said.why === 'unfit') return cutShort('crashed', `the agent ${said.how}`);
        const how = said.why === 'ended' ? `ended: ${said.how}` : `sent nothing for ${(request.timeout + GRACE_MS) / 1000} s`;
        if (!begun && !this.#interrupted) throw new StartFailed(`the agent process ${how}, before it began ${request.id}`);
        return said.why === 'ended'
          ? cutShort('crashed', `the agent process ${how}`)
          : cutShort('blocked', `the agent ${how}: a call on a non-blocking socket blocks, or the scenario's function waits for something else`);
      }
      switch (said.type) {
        case 'begun':
          begun = true;
          break;
        case 'waiting':
          break;
        case 'observation':
          observations.push(said.observation);
          onObservation(said.observation);
          break;
        case 'progress':
          latest = said.measured;
          break;
        case 'done':
          if (said.measured.ended?.as === 'blocked') this.kill();
          return said.measured;
        default:
          return cutShort('crashed', said.type === 'cannot' ? said.reason : `the agent sent ${said.type}`);
      }
    }
  }

  /**
   * Runs scenarios that may share the agent. Where it hangs or dies among them nobody knows which of them did it: those without a result, which it returns, are to be run alone.
   *
   * @throws StartFailed where the agent ended before it began, which says nothing of any scenario
   */
  async runBatch({ ids, ...request }: Omit<BatchRequest, 'type'>, onMeasured: (measured: Measured) => void): Promise<readonly string[]> {
    const left = new Set(ids);
    let begun = false;
    this.#conversation.say({ type: 'batch', ids, ...request });
    for (;;) {
      const said = await this.#conversation.hear({ ms: request.timeout + GRACE_MS });
      if (said instanceof Silence) {
        this.kill();
        if (!begun && !this.#interrupted) throw new StartFailed(`the agent process ${said.inWords('was silent')}, before it began ${ids[0]}`);
        return [...left];
      }
      switch (said.type) {
        case 'begun':
          begun = true;
          break;
        case 'done':
          // What failed beside others is tried again alone, and so is what the machine refused: fewer at a time need less.
          if (said.measured.ended === undefined && said.measured.unmeasured === undefined && left.delete(said.measured.id)) onMeasured(said.measured);
          break;
        case 'batched':
          return [...left];
      }
    }
  }

  /**
   * Compares a model with the system on a block of random sequences.
   *
   * undefined where it was interrupted and did not end in time: what it had found in the block is lost.
   *
   * @throws StartFailed where the agent ended, or a call in it never returned
   */
  async fuzz(request: Omit<FuzzRequest, 'type'>): Promise<Fuzzed | undefined> {
    this.#conversation.say({ type: 'fuzz', ...request });
    for (;;) {
      const said = await this.#conversation.hear({ ms: request.timeout + GRACE_MS });
      if (said instanceof Silence) {
        this.kill();
        if (this.#interrupted) return undefined;
        throw new StartFailed(
          `the agent process ${said.inWords(`sent nothing for ${(request.timeout + GRACE_MS) / 1000} s`)}, in the block of seed ${request.block.seed}`,
        );
      }
      if (said.type === 'fuzzed') return said.fuzzed;
      if (said.type === 'cannot') throw new StartFailed(said.reason);
    }
  }

  /** The scenario ends after the trials that have begun, which are its result; those that do not end soon end with the agent. */
  interrupt(): void {
    this.#interrupted = true;
    this.#conversation.say({ type: 'interrupt' });
    setTimeout(() => this.kill(), INTERRUPT_MS).unref();
  }

  /** Ends the process at once, and with it every call that it hangs in. */
  kill(): void {
    this.#usable = false;
    this.#conversation.kill();
  }

  /** Ends the process and waits until it is gone. */
  stop(): Promise<void> {
    this.#usable = false;
    return this.#conversation.stop();
  }
}
