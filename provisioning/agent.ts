import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import spawn from 'cross-spawn';
import type { Command } from '../platforms/command.ts';
import { installed, isReady, type Ready, whyNot } from './installed.ts';
import { type Lane, prefixesFolder } from './lanes.ts';
import { orElse } from './or-else.ts';
import { createPrefix } from './prefix.ts';
import { endProcesses } from './processes.ts';
import { WineUnavailable } from './unavailable.ts';
import { holder, removeAbandoned } from './whole-folder.ts';

/** A running Wine for the agents of this process only. */
export interface StartedWine {
  /** How to start a program (emitted JavaScript, its path as Linux has it) in it. */
  agent(program: string, ...args: readonly string[]): Command;
  /** Ends all that runs in it and removes what it kept. At any time, also more than once; done at the end of this process in any case. */
  stop(): void;
}

const PREFIX_NAME = /^wine-/;

/**
 * Starts a Wine that no other process uses: a fresh prefix and its server. The server must run before several programs start at the same time: on Wine 8, two programs
 * that both create the server's files of a prefix make each other fail. The server ends three seconds after the last program. If this process is killed, its agents end
 * because their channel closes, and then Wine ends too.
 *
 * @throws WineUnavailable where the lane is not ready
 */
export function startWine(lane: Lane): StartedWine {
  const found = installed(lane);
  if (!isReady(found)) throw new WineUnavailable(`${lane.name} cannot start here: ${whyNot(found)}`);
  const { wine, node } = found;
  const prefixes = prefixesFolder();
  mkdirSync(prefixes, { recursive: true });
  removeAbandoned(prefixes, PREFIX_NAME, endWine);
  const prefix = join(prefixes, `${lane.name}-${holder()}`);
  const env = wineEnvironment(found, prefix);
  const stop = () => {
    process.off('exit', stop);
    endWine(prefix);
    rmSync(prefix, { recursive: true, force: true });
  };
  process.on('exit', stop);
  createPrefix(prefix, wine.root);
  const { status, error } = spawn.sync(wine.server, [], { env: { ...process.env, ...env }, stdio: 'ignore' });
  if (status !== 0) {
    stop();
    throw new WineUnavailable(`${lane.name} cannot start here: ${wine.server} ${error === undefined ? `ended with exit code ${status}` : error.message}`);
  }
  return {
    agent: (program, ...args) => ({ command: wine.loader, args: [windowsPath(node.exe), windowsPath(program), ...args], env, stderr: 'ignore' }),
    stop,
  };
}

/** Windows services that sockets do not need. Each would be one more process, and the prefix lacks the files for them. wineboot is not among them: every program waits for it. */
const WITHOUT = ['services.exe', 'explorer.exe', 'winedevice.exe', 'plugplay.exe', 'svchost.exe', 'rpcss.exe', 'winemenubuilder.exe'];

/** What a program in the prefix finds in its environment, beside this process's own; undefined takes away. */
export function wineEnvironment({ wine, node }: Pick<Ready, 'wine' | 'node'>, prefix: string): Record<string, string | undefined> {
  return {
    WINEPREFIX: prefix,
    WINELOADER: wine.loader,
    WINESERVER: wine.server,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: `${WITHOUT.join(',')}=d;mscoree,mshtml=`,
    WINEDLLPATH: undefined,
    // koffi's loader requires its binary by name. NODE_PATH is the last place where Node looks for it.
    NODE_PATH: windowsPath(node.modules),
    NODE_OPTIONS: undefined,
    // Node would read and parse these certificates at each start, and no agent needs them.
    NODE_EXTRA_CA_CERTS: undefined,
    LC_ALL: 'C.UTF-8',
    // Debian's Wine 10 server aborts ("free(): invalid pointer") where it is set, even to nothing.
    TMPDIR: undefined,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
  };
}

/** A path of Linux's as a program under Wine names it: Z: is the root. */
export function windowsPath(path: string): string {
  return `Z:${path}`;
}

function endWine(prefix: string): void {
  endProcesses(prefix);
  // Debian's Wine keeps the server's socket in a folder of /tmp, which it names in the prefix, and leaves it there.
  const name = orElse('', () => readFileSync(join(prefix, 'wineserver'), 'utf8'));
  if (/^wine-\w{6}$/.test(name)) rmSync(join('/tmp', name), { recursive: true, force: true });
}
