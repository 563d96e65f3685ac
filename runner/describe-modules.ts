import type { DescribeMessage } from './agent-protocol.ts';
import { withStarter } from './starter.ts';
import { loadScenarios } from './user-scenarios.ts';

/** Says which scenarios modules hold, in a process of its own: a module may do anything as it is loaded. */
export async function describeModules(modules: readonly string[]): Promise<void> {
  const starter = await withStarter<DescribeMessage, never>();
  let message: DescribeMessage;
  try {
    const scenarios = await loadScenarios(modules);
    message = { type: 'scenarios', scenarios: scenarios.map(({ run: _, ...described }) => described) };
  } catch (error) {
    message = { type: 'refused', reason: (error as Error).message };
  }
  // The starter ends this process once it has heard: on Windows one that ended by itself would reset the connection, and the message with it.
  starter.say(message);
}
