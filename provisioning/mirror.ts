import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orElse } from './or-else.ts';
import { runTool } from './tool.ts';

const SUITES = /^(bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable|oldoldstable)(-updates|-backports)?$/;
const TARGETS_FORMAT = '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)';

/** The Debian archive that this machine's own apt is set to, or undefined where it knows none. @throws ToolFailed where there is no apt */
export async function debianMirror(): Promise<string | undefined> {
  const targets = await runTool('apt-get', ['indextargets', '--format', TARGETS_FORMAT, 'Created-By: Packages']);
  // Without lists (a fresh container image) apt knows no target: what it is set to is in its sources all the same.
  return mirrorOfTargets(targets) ?? mirrorOfSources(sourceFiles());
}

/** The archive among apt's targets, one a line as `TARGETS_FORMAT` has them, that calls itself Debian and has `main`. */
export function mirrorOfTargets(targets: string): string | undefined {
  return targets
    .split('\n')
    .map((line) => line.split('|'))
    .find(([origin, label, component]) => origin === 'Debian' && label === 'Debian' && component === 'main')?.[3];
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** The first archive in apt's source files, of either format, that has `main` of a Debian release. Its signature is what says that it is Debian's. */
export function mirrorOfSources(files: readonly SourceFile[]): string | undefined {
  const sources = files.flatMap(({ name, text }) => (name.endsWith('.sources') ? deb822(text) : oneLine(text)));
  const debian = sources.filter(({ suites, components }) => components.includes('main') && suites.some((suite) => SUITES.test(suite)));
  // Archives of others are made for Debian's releases too; Debian's own is at …/debian by custom.
  return (debian.find(({ uri }) => /\/debian\/?$/.test(uri)) ?? debian[0])?.uri;
}

interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** `deb [signed-by=…] http://deb.debian.org/debian bookworm main` */
function oneLine(text: string): Source[] {
  return text.split('\n').flatMap((line) => {
    const [, uri, suite, components] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
    if (uri === undefined || suite === undefined || uri.startsWith('cdrom:')) return [];
    return [{ uri, suites: [suite], components: words(components) }];
  });
}

/** Stanzas of fields, with an empty line between: `Types: deb`, `URIs: …`, `Suites: …`, `Components: …`. */
function deb822(text: string): Source[] {
  return text
    .replace(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string>();
      for (const [, name = '', value = ''] of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t].*)*)/gm)) fields.set(name.toLowerCase(), value);
      const off = /^(no|false|without|off|disable|0)$/i.test(fields.get('enabled')?.trim() ?? '');
      if (off || !words(fields.get('types')).includes('deb')) return [];
      const suites = words(fields.get('suites'));
      const components = words(fields.get('components'));
      return words(fields.get('uris')).map((uri) => ({ uri, suites, components }));
    });
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function sourceFiles(): SourceFile[] {
  const folder = '/etc/apt/sources.list.d';
  const more = orElse([], () => readdirSync(folder)).filter((name) => /\.(list|sources)$/.test(name));
  return ['/etc/apt/sources.list', ...more.map((name) => join(folder, name))].map((name) => ({ name, text: orElse('', () => readFileSync(name, 'utf8')) }));
}
