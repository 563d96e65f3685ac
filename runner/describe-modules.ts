import { connectToStarter } from './channel.ts';
import { type Described, loadScenarios } from './user-scenarios.ts';

/** What the starter is told of the user's modules. */
export type DescribeMessage =
  | { readonly type: 'scenarios'; readonly scenarios: readonly Described[] }
  /** A module is at fault. */
  | { readonly type: 'refused'; readonly reason: string };

/** Says which scenarios modules hold, in a process of its own: a module may do anything as it is loaded. */
export async function describeModules(modules: readonly string[]): Promise<void> {
  const channel = await connectToStarter({}, { message: () => {}, close: () => process.kill(process.pid, 'SIGKILL') });
  let message: DescribeMessage;
  try {
    const scenarios = await loadScenarios(modules);
    message = { type: 'scenarios', scenarios: scenarios.map(({ run: _, ...described }) => described) };
  } catch (error) {
    message = { type: 'refused', reason: (error as Error).message };
  }
  // The starter ends this process once it has heard: on Windows one that ended by itself would reset the connection, and the message with it.
  channel.send(message);
}
