import { rmSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';
import { join } from 'node:path';
import { missingForEmulation } from '../emulation/missing.ts';
import { requireKoffi } from '../native-bindings/load.ts';
import { libc as linuxLibc } from '../platforms/linux/identify.ts';
import { packageVersion } from '../platforms/package-root.ts';
import { installed, isReady, whyNot } from '../provisioning/installed.ts';
import { LANES, type Lane } from '../provisioning/lanes.ts';
import { type DoctorCheck, doctorPage } from '../report/doctor.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { AgentHandle } from '../runner/agent-handle.ts';
import { temporaryFolder } from '../runner/setup.ts';
import { EXIT } from './errors.ts';
import { print } from './output.ts';
import { HERE, type Target, targetsNamed } from './targets.ts';

/** `sockatlas doctor`: what this machine has, and which agents start here. Resolves to the exit code: whether this platform's own agent does. */
export async function doctor({ format }: { readonly format: 'pretty' | 'json' }): Promise<number> {
  const [here] = targetsNamed([HERE]) as [Target];
  const [machine, own, wines] = await Promise.all([
    Promise.all([node(), koffi(), libc(), loopback6(), unixSockets(), emulation()]),
    agentOn(here),
    // One after the other: two at once wait for each other's share of the processor.
    sequence(LANES, wineAgent),
  ]);
  const report = { version: packageVersion, machine, agents: [own, ...wines] };
  await print(format === 'json' ? jsonText(report) : doctorPage(report, layoutOf(process.stdout)));
  return own.ok ? EXIT.conforms : EXIT.environment;
}

function node(): DoctorCheck {
  return { name: 'Node', ok: true, text: `${process.versions.node} on ${process.platform}-${process.arch}` };
}

async function koffi(): Promise<DoctorCheck> {
  try {
    return { name: 'koffi', ok: true, text: await requireKoffi() };
  } catch (error) {
    return { name: 'koffi', ok: false, text: (error as Error).message };
  }
}

function libc(): DoctorCheck {
  if (process.platform !== 'linux') return { name: 'libc', ok: true, text: process.platform === 'win32' ? 'ws2_32.dll' : 'the C library of the system' };
  return { name: 'libc', ok: true, text: linuxLibc() };
}

async function emulation(): Promise<DoctorCheck> {
  const missing = await missingForEmulation();
  return { name: 'emulate', ok: missing === undefined, text: missing ?? "another platform's answers under a program of this machine" };
}

function loopback6(): Promise<DoctorCheck> {
  return listening('IPv6', { host: '::1', port: 0 }, 'loopback');
}

async function unixSockets(): Promise<DoctorCheck> {
  const name = 'AF_UNIX';
  // Node's own such sockets are pipes there, which says nothing about Winsock's.
  if (process.platform === 'win32') return { name, ok: true, text: 'checked by the scenarios' };
  let folder: string;
  try {
    folder = temporaryFolder();
  } catch (error) {
    return { name, ok: false, text: (error as Error).message };
  }
  const found = await listening(name, { path: join(folder, 's') }, 'stream sockets');
  rmSync(folder, { recursive: true, force: true });
  return found;
}

function listening(name: string, options: ListenOptions, what: string): Promise<DoctorCheck> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve({ name, ok: false, text: `${error.message}: scenarios that need it will be unsupported` }));
    server.listen(options, () => server.close(() => resolve({ name, ok: true, text: what })));
  });
}

/** Starts an agent as a run would, and stops it. `found` is said of the target beside what its agent tells. */
async function agentOn(target: Target, found = ''): Promise<DoctorCheck> {
  const { name } = target;
  try {
    const opened = target.open();
    try {
      const agent = await AgentHandle.start(opened.command('agent'));
      await agent.stop();
      const { platform } = agent;
      return { name, ok: true, text: `${platform.name}, Node ${platform.node}, koffi ${platform.koffi}, ${platform.library}${found}` };
    } finally {
      opened.close();
    }
  } catch (error) {
    return { name, ok: false, text: (error as Error).message };
  }
}

async function wineAgent(lane: Lane): Promise<DoctorCheck> {
  const { name } = lane;
  const found = installed(lane);
  if (!isReady(found)) return { name, ok: false, text: whyNot(found) };
  const [target] = targetsNamed([name]) as [Target];
  return agentOn(target, `; ${found.wine.version} from ${found.wine.from}`);
}

async function sequence<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}
