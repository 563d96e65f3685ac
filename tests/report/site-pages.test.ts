import { describe, expect, test } from 'vitest';
import { codePath, scenarioPath, sourceUrl } from '../../report/site/paths.ts';
import { siteFiles } from '../../report/site/site.tsx';
import { type Atlas, atlasSchema } from '../../results/atlas.ts';
import { headerOf, scenarioOf, serializeRun, timingOf } from '../../results/lines.ts';
import { mergeRuns } from '../../results/merge.ts';
import { parseRun } from '../../results/read.ts';
import { shippedRuns } from '../../results/recorded.ts';
import type { Run } from '../../results/schema.ts';
import { scenarios } from '../../suites/index.ts';
import { type Element, parsePage, textOf } from '../fixtures/html.ts';
import { ASKED, failed, LINUX, measured, received } from '../fixtures/index.ts';

const OTHERS = ['style.css', 'interactive.css', 'script/matrix.js', 'script/calls.js', 'script/try.js'];

const shipped = mergeRuns(shippedRuns().map(({ run, file }) => ({ run, source: file })));
const site = pagesOf(shipped);

function pagesOf(atlas: Atlas): ReadonlyMap<string, string> {
  const files = [...siteFiles(atlas)];
  const pages = new Map(files.map(({ path, content }) => [path, content]));
  // Some systems take names that differ in case alone for the same.
  expect(new Set(files.map(({ path }) => path.toLowerCase())).size).toBe(files.length);
  return pages;
}

function htmlOf(pages: ReadonlyMap<string, string>): [path: string, all: readonly Element[]][] {
  return [...pages].filter(([path]) => path.endsWith('.html')).map(([path, content]) => [path, parsePage(content)]);
}

const parsed = new Map(htmlOf(site));
const pageOf = (path: string) => parsed.get(path) as readonly Element[];
const withClass = (all: readonly Element[], name: string) => all.filter(({ attributes }) => attributes.get('class')?.split(' ').includes(name));

/** What is so on every page, whatever was given. */
function expectSound(pages: ReadonlyMap<string, string>): void {
  const html = htmlOf(pages);
  const ids = new Map(html.map(([path, all]) => [path, all.flatMap(({ attributes }) => attributes.get('id') ?? [])]));
  const faults: string[] = [];
  for (const [path, all] of html) {
    const fault = (what: string) => faults.push(`${path}: ${what}`);
    const named = (name: string) => all.filter((element) => element.name === name);
    const own = ids.get(path) ?? [];
    if (new Set(own).size < own.length) fault('an id is there twice');
    if (named('h1').length !== 1) fault(`${named('h1').length} h1`);
    if (named('title').length === 0 || named('html')[0]?.attributes.get('lang') !== 'en') fault('no title or language');
    for (const { name, attributes } of all) {
      for (const [attribute, value] of attributes) {
        if (attribute.startsWith('on') || attribute === 'style') fault(`${name} ${attribute}`);
        if (/^aria-(labelledby|describedby)$/.test(attribute) && !own.includes(value)) fault(`${attribute} of no id: ${value}`);
        if (attribute === 'src' || attribute === 'href') {
          const wrong = wrongLink(path, value, pages, ids);
          if (wrong !== undefined) fault(wrong);
        }
      }
      if (
        name === 'script' &&
        !OTHERS.includes(resolved(path, attributes.get('src') ?? '')) &&
        !resolved(path, attributes.get('src') ?? '').endsWith('-data.js')
      ) {
        fault('a script that is none of the site');
      }
      if (['style', 'iframe', 'object', 'embed', 'form', 'base', 'img'].includes(name)) fault(name);
    }
  }
  expect(faults).toEqual([]);
}

test.each([
  ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
  ['golang/go#13434', 'https://github.com/golang/go/issues/13434'],
  ['golang/go#28852 (both were seen)', undefined],
  ['a/..#1', undefined],
  ['javascript:alert(1)', undefined],
  ['https://example.org/"><script>', undefined],
])('the address of the source %s is %s', (source, url) => expect(sourceUrl(source)).toBe(url));

function resolved(from: string, href: string): string {
  const { pathname } = new URL(href, `https://example.org/${from}`);
  return decodeURIComponent(pathname.slice(1));
}

function wrongLink(from: string, href: string, pages: ReadonlyMap<string, string>, ids: ReadonlyMap<string, readonly string[]>): string | undefined {
  if (href.startsWith('https://')) return sourceUrl(href) === undefined ? `a strange address: ${href}` : undefined;
  const { origin, hash } = new URL(href, `https://example.org/${from}`);
  const path = resolved(from, href);
  if (origin !== 'https://example.org') return `leads elsewhere: ${href}`;
  if (!pages.has(path) && !OTHERS.includes(path)) return `leads to no file: ${href}`;
  const part = decodeURIComponent(hash.slice(1));
  // With a = it is the state of a page that a script draws.
  if (part !== '' && !part.includes('=') && !ids.get(path)?.includes(part)) return `leads to no part of a page: ${href}`;
  return undefined;
}

describe('the pages of the shipped runs', () => {
  test('are parsed strictly; ids are there once, and every link leads to a file and a part that is there', () => {
    expectSound(site);
  });

  test('are one for each scenario, code, table and version', () => {
    for (const { id } of scenarios) expect(site.has(scenarioPath(id))).toBe(true);
    for (const name of ['ECONNRESET', 'WSAECONNRESET', 'ERROR_NETNAME_DELETED', 'STATUS_CONNECTION_RESET']) expect(site.has(codePath(name))).toBe(true);
    expect([...site.keys()].filter((path) => path.startsWith('policies/')).length).toBe(24);
  });

  test('no call of Windows stands as measured: no run here is from there', () => {
    let seen = 0;
    for (const [path, all] of parsed) {
      for (const element of withClass(all, 'of-run')) expect([path, /^windows\b/.test(textOf(element).trim())]).toEqual([path, false]);
      for (const element of withClass(all, 'of-expectation')) {
        if (!/^windows\b/.test(textOf(element).trim())) continue;
        seen++;
        expect([path, textOf(element), withClass(element.inside, 'measured')]).toEqual([path, textOf(element), []]);
      }
    }
    expect(seen).toBeGreaterThan(1000);
  });

  test('a scenario: what each platform gave and is expected to give, with numbers, sources, classes and the command', () => {
    const page = pageOf(scenarioPath('tcp/reset/unread-data'));
    const text = textOf(page[0] as Element);
    for (const part of [
      'Is the unread data still delivered, or lost?',
      'P send 10; P reset; S recv ×5',
      'data:10, ECONNRESET, then eof ×3',
      '-1 WSAECONNRESET (10054)',
      '5 of 5 trials',
      '≠ data lost',
      'known-deviation',
      'reported',
      'platforms/expected/tcp/reset.json',
      'data, MG_IO_RESET, then MG_IO_ERR ×3',
      'sockatlas run tcp/reset/unread-data',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('a pair of calls: the model is said to say what it says', () => {
    const text = textOf(pageOf(scenarioPath('tcp/reset/pair?state=unread&first=recv&second=recv'))[0] as Element);
    expect(text).toContain('predicted by the model; its weakest rule: reported');
    expect(text).toContain('sockatlas run "tcp/reset/pair?state=unread&first=recv&second=recv"');
  });

  test('the diagram has each step and its answers, and says the same as text', () => {
    const page = pageOf(scenarioPath('tcp/reset/close-with-unread'));
    const [svg, list] = [page.find(({ name }) => name === 'svg'), page.find(({ name }) => name === 'ol')] as [Element, Element];
    expect(withClass(svg.inside, 'arrow').length).toBe(2);
    expect(withClass(svg.inside, 'segment').map(textOf)).toEqual(['10 bytes', 'RST']);
    expect(withClass(svg.inside, 'answer').map(textOf)).toEqual(['= ECONNRESET, eof ×4']);
    expect(list.inside.filter(({ name }) => name === 'li').map(textOf)).toEqual([
      '(S send 10): 10 bytes arrives at the other end',
      'P close: RST arrives at the other end',
      'S recv ×5: ECONNRESET, eof ×4',
    ]);
  });

  test('a code: numbers, where it is given, and what Linux says where Windows says it', () => {
    const text = textOf(pageOf(codePath('WSAECONNRESET'))[0] as Element);
    expect(text).toContain('What linux says where windows says WSAECONNRESET');
    expect(text).toMatch(/linux\s*ECONNRESET\s*104/);
    const codes = pageOf('codes.html');
    for (const number of ['10054', '64', '104', '0xC000020D']) expect(codes.some(({ attributes }) => attributes.get('id') === `number-${number}`)).toBe(true);
  });

  test('a version of Mongoose: never closes on Windows, with OpenSSL', () => {
    const text = textOf(pageOf('policies/mongoose-7.16.html')[0] as Element);
    expect(text).toMatch(/mongoose 7\.16 with openssl TLS, windows, select.*?never closes/s);
    expect(text).toContain('MG_IO_RESET');
  });

  test('the front page answers, within three clicks, what Windows returns when the peer resets while data is unread', () => {
    const links = pageOf('index.html').filter(({ name }) => name === 'a');
    const answer = links.find((link) => textOf(link) === 'What does recv return when the peer resets while data is unread?');
    expect(answer?.attributes.get('href')).toBe('scenarios/tcp.reset.unread-data.html');
  });
});

describe('an atlas of strangers', () => {
  const EVIL = `"'><script>alert(1)</script><a href="javascript:alert(1)" onclick='x'>]]>&lt;\u202e`;
  const PROTO = '__proto__';

  function evilRun(word: string, at: number): Run {
    const results = [
      measured('tcp/reset/idle', [{ ...failed(word.slice(0, 99), 104), call: word, args: { [word]: word }, out: { [word]: 1 } }, received(0)], [received(0)]),
      measured('evil/evil/evil', [failed(word.slice(0, 99), 104)]),
      measured('tcp/reset/poll', [{ ...received(1), call: 'poll', token: 'poll:IN' }, failed(word.slice(0, 99), 104), received(3)]),
      measured('con/aux/nul?a=__proto__&b=constructor', [failed('constructor', 104)]),
    ];
    const lines = results.map((result) => ({ ...scenarioOf(LINUX, result), reason: word, steps: word, verdict: 'deviation' as const }));
    const platform = { ...LINUX, name: word, os: word, kernel: word, container: word };
    return {
      header: headerOf(platform, new Date(at), ASKED),
      scenarios: lines,
      timings: results.map(timingOf),
      footer: { type: 'footer', scenarios: lines.length, verdicts: { deviation: lines.length }, interrupted: false, ms: 1 },
    };
  }

  const runs = [EVIL, PROTO, 'javascript:alert(1)', 'constructor'].map((word, i) => ({ run: evilRun(word, i), source: word }));
  for (const { run } of runs) parseRun(serializeRun(run), 'evil.jsonl');
  const atlas = mergeRuns(runs, [{ source: EVIL, reason: EVIL }]);
  const pages = pagesOf(atlasSchema.parse(JSON.parse(JSON.stringify(atlas))));

  test('harms nothing: no element, attribute or address comes of its strings, and all is shown', () => {
    expectSound(pages);
    const index = parsePage(pages.get('index.html') as string);
    expect(textOf(index[0] as Element)).toContain(EVIL.replace('\u202e', '\\u202e'));
    for (const content of pages.values()) expect(content).not.toMatch(/[\u202e]|<script>alert|href="javascript/);
  });

  test('has pages for scenarios that this version does not have', () => {
    const page = parsePage(pages.get(scenarioPath('evil/evil/evil')) as string);
    expect(textOf(page[0] as Element)).toContain('This version of sockatlas does not have this scenario');
    expect(pages.has('scenarios/con.aux.nul~a=__proto__+b=constructor.html')).toBe(true);
  });

  test('what cannot be played by a policy is said to be that', () => {
    const page = parsePage(pages.get('policies/mongoose-7.16.html') as string);
    expect(textOf(page[0] as Element).includes('javascript:alert(1) cannot be played')).toBe(true);
  });

  test('by a run whose peers were on another platform no table and no policy is told right or wrong', () => {
    const run = shippedRuns().find(({ run: { header } }) => header.platform.name === 'wine-10.0')?.run as Run;
    const mixed: Run = { ...run, header: { ...run.header, peer: LINUX, started: '2030-01-01T00:00:00.000Z' } };
    const beside = pagesOf(mergeRuns([...shippedRuns().map(({ run, file }) => ({ run, source: file })), { run: mixed, source: 'mixed.jsonl' }]));
    for (const [path, content] of site) if (/^(policies|tables)\//.test(path)) expect(beside.get(path), path).toBe(content);
  });

  test('what a run of Windows measured stands as measured, and nothing else of Windows beside it', () => {
    const run = shippedRuns().find(({ run: { header } }) => header.platform.name === 'wine-10.0')?.run as Run;
    const windows: Run = { ...run, header: { ...run.header, platform: { ...run.header.platform, id: 'windows', name: 'windows-11', build: '10.0.26100' } } };
    const page = parsePage(pagesOf(mergeRuns([{ run: windows, source: 'windows.jsonl' }])).get(scenarioPath('tcp/reset/idle')) as string);
    expect(withClass(page, 'of-run').map(textOf).join()).toContain('windows-11-x64');
    expect(withClass(page, 'of-expectation').some((element) => /^windows\b/.test(textOf(element)))).toBe(false);
  });
});
