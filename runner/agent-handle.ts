import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import { BLOCKED } from '../platforms/trace.ts';
import type { Measured, TimedObservation } from '../results/measured.ts';
import type { AgentMessage, AgentRequest } from './agent.ts';
import { START_TIMEOUT_MS, type Started, StartFailed, startProcess, timeout } from './process.ts';

/** ms beyond the agent's own watchdog, before the agent itself counts as hanging. */
const GRACE_MS = 1000;

/** An agent, as the process that started it sees it. */
export class AgentHandle {
  readonly platform: Platform;
  readonly #started: Started;
  readonly #inbox: Inbox;
  #usable = true;

  private constructor(platform: Platform, started: Started, inbox: Inbox) {
    this.platform = platform;
    this.#started = started;
    this.#inbox = inbox;
    started.ended.then(() => {
      this.#usable = false;
    });
  }

  /** @throws StartFailed with the reason, in the agent's words where it had any */
  static async start(command: Command): Promise<AgentHandle> {
    const inbox: Inbox = { message: () => {} };
    const first = new Promise<AgentMessage>((resolve) => {
      inbox.message = resolve;
    });
    const started = await startProcess(command, { message: (message) => inbox.message(message as AgentMessage), close: () => {} });
    const message = await Promise.race([
      first,
      started.ended.then((how) => Promise.reject(new StartFailed(`the agent process ended while it was starting: ${how}`))),
      timeout(START_TIMEOUT_MS, `the agent was not ready ${START_TIMEOUT_MS / 1000} s after it connected back`),
    ]).catch((error) => {
      started.child.kill('SIGKILL');
      throw error;
    });
    if (message.type !== 'ready') throw new StartFailed(message.type === 'cannot' ? message.reason : `the agent sent ${message.type} before it was ready`);
    return new AgentHandle(message.platform, started, inbox);
  }

  /** Whether it can take another scenario: not after a call in it has blocked, or when it is gone. */
  get usable(): boolean {
    return this.#usable;
  }

  get pid(): number | undefined {
    return this.#started.child.pid;
  }

  /** Runs one scenario. Never throws: that an agent hangs or dies is a result too. `timeout` in ms without a sign of life. */
  run(request: Omit<AgentRequest, 'type'>, onObservation: (observation: TimedObservation) => void): Promise<Measured> {
    const begun = performance.now();
    const observations: TimedObservation[] = [];
    let latest: Measured | undefined;

    return new Promise((resolve) => {
      const finish = (measured: Measured) => {
        clearTimeout(watchdog);
        this.#inbox.message = () => {};
        resolve(measured);
      };
      /** What is known of a scenario that its agent did not finish. */
      const cutShort = (as: 'blocked' | 'crashed', reason: string) => {
        this.#usable = false;
        // Only the first trial's observations are told as they are made; later ones were counted as far as the last report goes.
        const unfinished = latest === undefined ? observations : [];
        const trace = [...unfinished.map(({ token }) => token), ...(as === 'blocked' && latest === undefined ? [BLOCKED] : [])];
        finish({
          id: request.id,
          trials: latest?.trials ?? 0,
          traces: latest?.traces ?? (trace.length > 0 ? [{ trace, count: 1, observations: unfinished }] : []),
          ms: performance.now() - begun,
          ended: { as, reason },
        });
      };
      const watchdog = setTimeout(() => {
        this.kill();
        cutShort('blocked', `the agent sent nothing for ${(request.timeout + GRACE_MS) / 1000} s: a call on a non-blocking socket blocks`);
      }, request.timeout + GRACE_MS);
      this.#started.ended.then((how) => cutShort('crashed', `the agent process ended: ${how}`));

      this.#inbox.message = (message) => {
        watchdog.refresh();
        switch (message.type) {
          case 'observation':
            observations.push(message.observation);
            onObservation(message.observation);
            break;
          case 'progress':
            latest = message.measured;
            break;
          case 'done':
            if (message.measured.ended?.as === 'blocked') this.kill();
            finish(message.measured);
            break;
          default:
            cutShort('crashed', message.type === 'cannot' ? message.reason : `the agent sent ${message.type}`);
        }
      };
      this.#started.channel.send({ type: 'run', ...request } satisfies AgentRequest);
    });
  }

  /** Ends the process at once, and with it every call that it hangs in. */
  kill(): void {
    this.#usable = false;
    this.#started.child.kill('SIGKILL');
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.kill();
    await this.#started.ended;
    this.#started.channel.destroy();
  }
}

interface Inbox {
  message: (message: AgentMessage) => void;
}
