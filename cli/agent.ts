import { agentCommand, type Role } from './agent-command.ts';

/** The program that is an agent, or a peer of one: where the runner and the suites meet. Each role loads no more than it needs. */
const [role, ...modules] = process.argv.slice(2) as [Role | undefined, ...string[]];
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
  case 'scenarios': {
    const { describeModules } = await import('../runner/describe-modules.ts');
    await describeModules(modules);
    break;
  }
  default: {
    const [{ runAgent }, { scenarios }] = await Promise.all([import('../runner/agent.ts'), import('../suites/index.ts')]);
    const own = modules.length === 0 ? [] : await (await import('../runner/user-scenarios.ts')).loadScenarios(modules);
    await runAgent([...scenarios, ...own], agentCommand('peer'));
  }
}
