import { agentCommand, type Role } from './agent-command.ts';

/** The program that is an agent, or a peer of one: where the runner and the suites meet. Each role loads no more than it needs. */
const role = process.argv[2] as Role | undefined;
switch (role) {
  case 'peer': {
    const { runPeer } = await import('../runner/peer-process.ts');
    await runPeer();
    break;
  }
  case 'peer-host': {
    const { runPeerHost } = await import('../runner/peer-host.ts');
    await runPeerHost(agentCommand('peer'));
    break;
  }
  default: {
    const [{ runAgent }, { scenarios }] = await Promise.all([import('../runner/agent.ts'), import('../suites/index.ts')]);
    await runAgent(scenarios, agentCommand('peer'));
  }
}
