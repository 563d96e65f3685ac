import { agentCommand } from './agent-command.ts';

/** The program that is an agent, or a peer of one: where the runner and the suites meet. */
const [role] = process.argv.slice(2);
if (role === 'peer') {
  // A peer is started anew for each trial that kills it, and loads no more than it needs.
  const { runPeer } = await import('../runner/peer-process.ts');
  await runPeer();
} else {
  const [{ runAgent }, { scenarios }] = await Promise.all([import('../runner/agent.ts'), import('../suites/index.ts')]);
  await runAgent(scenarios, agentCommand('peer'));
}
