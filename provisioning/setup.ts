import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackages } from './apt.ts';
import { askVersion, findWine, markUnpacked, unpackedPrograms, unpackedWine, type Wine } from './installed.ts';
import { type Lane, laneOf, unpackedFolder, wineFolder } from './lanes.ts';
import { unsupportedMachine, WineUnavailable, withTools } from './unavailable.ts';
import { unpackWine } from './unpack.ts';
import { removeUnfinished, wholeFolder } from './whole-folder.ts';
import { installWindowsNode, windowsNode } from './windows-node.ts';

/** Adds to a lane what it lacks on this machine, and says what it does. Needs no root; all goes into the user's cache. @throws WineUnavailable */
export async function setupWine(lane: Lane, say: (text: string) => void, signal?: AbortSignal): Promise<void> {
  const unsupported = unsupportedMachine(process.platform, process.arch);
  if (unsupported !== undefined) throw new WineUnavailable(`${lane.name} is unsupported here: ${unsupported}`);
  // What a killed setup left takes room that this one may need, and goes also where there is nothing to build.
  removeUnfinished(wineFolder());
  let node = windowsNode();
  if (node === undefined) {
    say(`${lane.name}: installing the Windows node and koffi's binary for it with npm (30 MB to fetch, 70 MB unpacked)`);
    node = await installWindowsNode(signal);
  }
  const wine = findWine(lane) ?? (await installWine(lane, say, signal));
  say(`${lane.name}: ready: ${wine.version} from ${wine.from}, Windows node ${node.version}`);
}

async function installWine(lane: Lane, say: (text: string) => void, signal?: AbortSignal): Promise<Wine> {
  const target = unpackedFolder(lane);
  say(`${lane.name}: Wine ${lane.wine} is not on this machine: unpacking Debian ${lane.suite}'s into ${target} (${lane.size})`);
  const isWhole = () => unpackedWine(lane) !== undefined;
  await wholeFolder(target, isWhole, async (root) => {
    const fetched = join(root, 'fetched');
    mkdirSync(fetched);
    const debs = await fetchPackages(lane, fetched, say, signal);
    say(`${lane.name}: unpacking`);
    await withTools(`${lane.name} cannot be unpacked`, unpackWine(debs, root, signal));
    const version = askVersion(unpackedPrograms(root).loader);
    if (laneOf(version)?.name !== lane.name) {
      throw new WineUnavailable(`${lane.name} is unsupported here: the Wine of Debian ${lane.suite} ${version === '' ? 'does not start' : `is ${version}`}`);
    }
    markUnpacked(root, version);
    rmSync(fetched, { recursive: true });
  });
  const wine = unpackedWine(lane);
  if (wine === undefined) throw new WineUnavailable(`${lane.name}: ${target} is not complete; remove it and try again`);
  return wine;
}
