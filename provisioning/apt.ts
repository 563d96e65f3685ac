import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lane } from './lanes.ts';
import { debianMirror } from './mirror.ts';
import { runTool } from './tool.ts';
import { WineUnavailable, withTools } from './unavailable.ts';

/** Wine and the libraries that its programs need. They include a C library, so that the programs run on any distribution. */
const PACKAGES = ['libwine', 'wine64', 'libz-mingw-w64', 'libc6', 'libgcc-s1', 'libunwind8', 'liblzma5'];

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/**
 * Fetches the packages of a lane into `folder`, and gives the paths. An apt of its own state does it: nothing of the machine's changes, no root is
 * needed, and apt checks signatures and hashes as always. Proxies and the like stay as the machine has them.
 *
 * @throws WineUnavailable where the packages cannot be had
 */
export async function fetchPackages(lane: Lane, folder: string, say: (text: string) => void, signal?: AbortSignal): Promise<string[]> {
  const keyring = KEYRINGS.find(existsSync);
  const mirror = await debianMirror().catch((error: Error) => {
    throw cannot(lane, error.message);
  });
  if (mirror === undefined) throw cannot(lane, 'the apt of this machine has no Debian archive in its sources');
  if (keyring === undefined) throw cannot(lane, `${KEYRINGS[0]} is missing: install debian-archive-keyring`);

  const state = join(folder, 'apt');
  const debs = join(folder, 'debs');
  for (const path of ['lists/partial', 'archives/partial']) mkdirSync(join(state, path), { recursive: true });
  mkdirSync(debs);
  writeFileSync(join(state, 'status'), '');
  writeFileSync(join(state, 'debian.sources'), sources(mirror, lane.suite, keyring));
  writeFileSync(join(state, 'apt.conf'), configuration(state));
  const apt = (...args: string[]) => runTool('apt-get', ['-q', '-c', join(state, 'apt.conf'), ...args], { cwd: debs, signal });
  const fetched = async () => {
    say(`${lane.name}: reading the package lists of Debian ${lane.suite} at ${mirror}`);
    await apt('update');
    say(`${lane.name}: fetching ${PACKAGES.join(', ')}`);
    await apt('download', ...PACKAGES);
  };
  const what = `packages of Debian ${lane.suite} cannot be fetched from ${mirror}, the archive in the apt sources of this machine`;
  await withTools(`${lane.name} is unsupported here: ${what}`, fetched());
  return readdirSync(debs)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(debs, name));
}

function cannot(lane: Lane, reason: string): WineUnavailable {
  return new WineUnavailable(`${lane.name} is unsupported here: ${reason}`);
}

export function sources(mirror: string, suite: string, keyring: string): string {
  return ['Types: deb', `URIs: ${mirror}`, `Suites: ${suite}`, 'Components: main', 'Architectures: amd64', `Signed-By: ${keyring}`, ''].join('\n');
}

/** Read after the machine's own settings, by `-c`: these hold. */
export function configuration(state: string): string {
  return [
    // What the machine does after each update concerns its own lists.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    `Dir::State "${state}";`,
    `Dir::State::lists "${state}/lists";`,
    `Dir::State::status "${state}/status";`,
    `Dir::Cache "${state}";`,
    `Dir::Cache::archives "${state}/archives";`,
    `Dir::Etc::sourcelist "${state}/debian.sources";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'APT::Architecture "amd64";',
    '#clear APT::Architectures;',
    'APT::Architectures { "amd64"; };',
    // A list that was not fetched is an error, not a remark.
    'APT::Update::Error-Mode "any";',
    // For root: the user that apt would fetch as cannot enter root's cache.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";',
    'Acquire::AllowInsecureRepositories "false";',
    '',
  ].join('\n');
}
