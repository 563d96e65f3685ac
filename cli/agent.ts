import { endWithOneLine } from '../runner/user-module.ts';
import { agentCommand, type Role } from './agent-command.ts';

/** The program that `sockatlas` starts, in one of its roles: where the runner and the suites meet. Each role loads no more than it needs. */
async function main([role, ...modules]: [Role | undefined, ...string[]]): Promise<void> {
  switch (role) {
    case 'peer': {
      const { runPeer } = await import('../runner/peer-process.ts');
      return runPeer();
    }
    case 'peer-host': {
      const { runPeerHost } = await import('../runner/peer-host.ts');
      return runPeerHost(agentCommand('peer'));
    }
    case 'scenarios': {
      const { describeModules } = await import('../runner/user-scenarios.ts');
      return describeModules(modules);
    }
    case 'table': {
      const { runTable } = await import('./table-process.ts');
      return runTable();
    }
    case 'policy': {
      const { runPolicy } = await import('./close-live.ts');
      return runPolicy();
    }
    case 'emulate': {
      const { runSupervisor } = await import('../emulation/supervisor.ts');
      return runSupervisor(agentCommand('emulate-launch'));
    }
    case 'emulate-launch': {
      const { runLauncher } = await import('../emulation/launcher.ts');
      const [launch = '', program = '', ...args] = modules;
      return runLauncher(JSON.parse(launch), [program, ...args]);
    }
    default: {
      const [{ runAgent }, { scenarios }] = await Promise.all([import('../runner/agent.ts'), import('../suites/index.ts')]);
      const own = modules.length === 0 ? [] : await (await import('../runner/user-scenarios.ts')).loadScenarios(modules);
      return runAgent([...scenarios, ...own], agentCommand('peer'));
    }
  }
}

endWithOneLine();
await main(process.argv.slice(2) as [Role | undefined, ...string[]]);
