import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import spawn from 'cross-spawn';
import { NoCacheFolder } from '../platforms/file-errors.ts';
import { type Lane, laneOf, unpackedFolder } from './lanes.ts';
import { orElse } from './or-else.ts';
import { unsupportedMachine } from './unavailable.ts';
import { type WindowsNode, windowsNode } from './windows-node.ts';

/** A Wine that can be started. */
export interface Wine {
  readonly lane: Lane;
  /** The folder that is `/` to it: its programs are in usr/lib/wine. */
  readonly root: string;
  /** As Wine says it: wine-8.0 (Debian 8.0~repack-4). */
  readonly version: string;
  readonly from: "the machine's package" | "sockatlas's cache";
  readonly loader: string;
  readonly server: string;
}

/** What of a lane is here. */
export interface Installed {
  readonly lane: Lane;
  readonly wine?: Wine;
  readonly node?: WindowsNode;
  /** Why no setup could add it to this machine. */
  readonly unsupported?: string;
}

export interface Ready extends Installed {
  readonly wine: Wine;
  readonly node: WindowsNode;
}

export function installed(lane: Lane): Installed {
  const unsupported = unsupportedMachine(process.platform, process.arch);
  if (unsupported !== undefined) return { lane, unsupported };
  try {
    const wine = findWine(lane);
    const node = windowsNode();
    return { lane, ...(wine !== undefined && { wine }), ...(node !== undefined && { node }) };
  } catch (error) {
    if (error instanceof NoCacheFolder) return { lane, unsupported: error.message };
    throw error;
  }
}

export function isReady(found: Installed): found is Ready {
  return found.wine !== undefined && found.node !== undefined;
}

/** What a lane that is not ready lacks, in words. */
export function whyNot(found: Installed): string {
  if (found.unsupported !== undefined) return `unsupported: ${found.unsupported}`;
  const missing = [...(found.wine === undefined ? [`Wine ${found.lane.wine}`] : []), ...(found.node === undefined ? ['the Windows node'] : [])];
  return `not set up: ${missing.join(' and ')} missing; run: sockatlas setup ${found.lane.name}`;
}

/** The machine's own Wine where it is of the lane's version, else the one that was unpacked. */
export function findWine(lane: Lane): Wine | undefined {
  const own = machineWine();
  return own?.lane.name === lane.name ? own : unpackedWine(lane);
}

let machine: { readonly wine: Wine | undefined } | undefined;

function machineWine(): Wine | undefined {
  machine ??= { wine: askMachine() };
  return machine.wine;
}

/** The folder of Debian's Wine. For the Wine of another distribution, or for another version, it is not known whether it runs Node for Windows in a prefix that wineboot did not create. */
function askMachine(): Wine | undefined {
  const programs = { loader: '/usr/lib/wine/wine64', server: '/usr/lib/wine/wineserver64' };
  if (!existsSync(programs.loader) || !existsSync(programs.server)) return undefined;
  const version = askVersion(programs.loader);
  const lane = laneOf(version);
  return lane && { lane, root: '/', version, from: "the machine's package", ...programs };
}

/** The version that a loader prints; empty if it does not run. */
export function askVersion(loader: string): string {
  const { stdout, status } = spawn.sync(loader, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : '';
}

/** Increase this when Wine must be unpacked again: a Wine that an older sockatlas has unpacked then counts as missing. */
const LAYOUT = 1;
const MARK = 'sockatlas.json';

export function unpackedWine(lane: Lane): Wine | undefined {
  const root = unpackedFolder(lane);
  const mark = orElse<{ layout?: unknown; version?: unknown } | null>(null, () => JSON.parse(readFileSync(join(root, MARK), 'utf8')));
  if (mark?.layout !== LAYOUT || typeof mark.version !== 'string') return undefined;
  return { lane, root, version: mark.version, from: "sockatlas's cache", ...unpackedPrograms(root) };
}

/** Marks an unpacked Wine as complete. */
export function markUnpacked(root: string, version: string): void {
  writeFileSync(join(root, MARK), `${JSON.stringify({ layout: LAYOUT, version })}\n`);
}

export function unpackedPrograms(root: string): { loader: string; server: string } {
  const programs = join(root, 'usr', 'lib', 'wine');
  return { loader: join(programs, 'wine64'), server: join(programs, 'wineserver') };
}
