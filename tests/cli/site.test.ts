import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { serveSite } from '../../cli/site-server.ts';
import { recordedFolder } from '../../results/recorded.ts';
import { here } from '../fixtures/here.ts';
import { startCli, until } from '../fixtures/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas site '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const linux = join(recordedFolder, 'linux-6.18-x64.jsonl');
const wine = join(recordedFolder, 'wine-10.0-x64.jsonl');
const index = (out: string) => readFileSync(join(out, 'index.html'), 'utf8');

describe('sockatlas site', () => {
  test('writes the runs that come with it, and says which file to open', async () => {
    const out = join(folder, 'new', 'site');
    const { code, stdout, stderr } = await here(['site', '--out', out]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain(join(out, 'index.html'));
    expect(index(out)).toMatch(/linux-6\.18-x64.*wine-8\.0-x64/s);
    expect(existsSync(join(out, 'style.css'))).toBe(true);
  });

  test('writes runs, folders and globs that are given, and the atlas that merge makes of them', async () => {
    const atlas = join(folder, 'atlas.json');
    await here(['merge', linux, wine, '--out', atlas]);
    const [fromRuns, fromAtlas] = [join(folder, 'runs'), join(folder, 'from-atlas')];
    expect((await here(['site', linux, wine, '--out', fromRuns])).code).toBe(0);
    expect((await here(['site', atlas, '--out', fromAtlas])).code).toBe(0);
    expect(readdirSync(fromAtlas, { recursive: true }).sort()).toEqual(readdirSync(fromRuns, { recursive: true }).sort());
    expect(index(fromAtlas)).toBe(index(fromRuns));
    expect(index(fromRuns)).not.toContain('wine-8.0');
  });

  test('goes on without a file that cannot be read, and says so', async () => {
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, '{"type":"header"}\n');
    const { code, stderr } = await here(['site', linux, broken, '--out', join(folder, 'partly')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/left out: .*broken\.jsonl/);
    expect(index(join(folder, 'partly'))).toContain('linux-6.18-x64');
  });

  test('refuses a folder that has other files in it, and touches none of them', async () => {
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'index.html'), 'mine');
    expect(await here(['site', '--out', mine])).toMatchObject({ code: 2, stderr: expect.stringContaining('other files') });
    writeFileSync(join(mine, 'sockatlas-site.json'), '{"type":"something else"}');
    expect((await here(['site', '--out', mine])).code).toBe(2);
    expect([index(mine), readdirSync(mine).length]).toEqual(['mine', 2]);
    expect(await here(['site', '--out', join(mine, 'index.html')])).toMatchObject({ code: 2, stderr: expect.stringContaining('this is a file') });
  });

  test('replaces a site of its own, removes pages that it no longer has, and nothing that its list of files leads to elsewhere', async () => {
    const out = join(folder, 'again');
    await here(['site', linux, '--out', out]);
    const list = join(out, 'sockatlas-site.json');
    const marker = JSON.parse(readFileSync(list, 'utf8'));
    const [stale, mine, outside] = [join(out, 'old.html'), join(out, 'mine.txt'), join(folder, 'outside.html')];
    for (const file of [stale, mine, outside]) writeFileSync(file, 'kept');
    writeFileSync(list, JSON.stringify({ ...marker, files: [...marker.files, 'old.html', '../outside.html', 'mine.txt', '/etc/x.html', 1] }));
    expect((await here(['site', wine, '--out', out])).code).toBe(0);
    expect(index(out)).not.toContain('linux-6.18-x64');
    expect([stale, mine, outside].map((file) => existsSync(file))).toEqual([false, true, true]);
  });

  test.each([
    ['nothing to do', [], 'name the folder'],
    ['an empty name', ['--out', ''], 'name the folder'],
    ['a port that is none', ['--serve', '65536'], '--serve "65536"'],
    ['a file that is not there', ['none.jsonl', '--out', join(folder, 'none')], 'none.jsonl'],
  ])('refuses %s', async (_, args, says) => {
    expect(await here(['site', ...args], { cwd: folder })).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  });

  test('refuses an atlas that is none, with the place of the fault', async () => {
    const file = join(folder, 'evil.json');
    const atlas = JSON.parse(readFileSync(join(folder, 'atlas.json'), 'utf8'));
    const [first] = atlas.scenarios;
    for (const [evil, says] of [
      [{ ...atlas, platforms: 1 }, '/platforms'],
      [{ ...atlas, scenarios: [{ ...first, cells: [] }] }, '/scenarios/0/cells: 0 cells for 2 platforms'],
      [{ ...atlas, scenarios: [{ ...first, cells: [{ trials: 1, traces: [[atlas.traces.length, 1]] }, null] }] }, '/scenarios/0/cells/0: a trace that'],
      [{ ...atlas, scenarios: [{ ...first, id: '../../evil' }] }, '/scenarios/0/id'],
    ] as const) {
      writeFileSync(file, JSON.stringify(evil));
      expect(await here(['site', file, '--out', join(folder, 'evil')])).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
    }
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly nosniff: boolean;
  readonly length: string | undefined;
  readonly body: string;
}

function asked(port: number, path: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          type: response.headers['content-type'],
          nosniff: response.headers['x-content-type-options'] === 'nosniff',
          length: response.headers['content-length'],
          body,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('sockatlas site --serve', () => {
  const files = [
    { path: 'index.html', content: '<p>é' },
    { path: 'style.css', content: 'p{}' },
    { path: 'scenarios/a~b=c+d.html', content: 'a' },
  ];

  test('serves its files with their types, GET and HEAD alone', async () => {
    const server = await serveSite(files, 0);
    const port = Number(new URL(server.address).port);
    try {
      const page = { status: 200, type: 'text/html; charset=utf-8', nosniff: true, length: '5', body: '<p>é' };
      expect(await asked(port, '/')).toEqual(page);
      expect(await asked(port, '/index.html?q=1')).toEqual(page);
      expect(await asked(port, '/style.css')).toMatchObject({ status: 200, type: 'text/css; charset=utf-8', nosniff: true });
      expect(await asked(port, '/scenarios/a~b%3Dc%2Bd.html')).toMatchObject({ status: 200, body: 'a' });
      expect(await asked(port, '/', { method: 'HEAD' })).toEqual({ ...page, body: '' });
      expect(await asked(port, '/none', { method: 'HEAD' })).toMatchObject({ status: 404, body: '' });
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) expect((await asked(port, '/', { method })).status).toBe(405);
    } finally {
      await server.close();
    }
  });

  test('has nothing but its files, whatever path is asked for', async () => {
    const server = await serveSite(files, 0);
    const port = Number(new URL(server.address).port);
    try {
      const paths = ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '//etc/passwd', '/etc/passwd', '/%', '/__proto__', '/constructor'];
      for (const path of [...paths, '/index.html/', '/scenarios', '/scenarios/', '/style.css%00', '/..\\package.json', 'http://example.org/style.css']) {
        expect([path, await asked(port, path)]).toEqual([path, expect.objectContaining({ status: 404, nosniff: true, type: 'text/plain; charset=utf-8' })]);
      }
    } finally {
      await server.close();
    }
  });

  test('answers to the names of this machine alone, and is bound to its loopback', async () => {
    const server = await serveSite(files, 0);
    const port = Number(new URL(server.address).port);
    try {
      expect((await asked(port, '/', { host: `localhost:${port}` })).status).toBe(200);
      for (const host of ['example.org', `example.org:${port}`, `127.0.0.1:${port + 1}`]) expect((await asked(port, '/', { host })).status).toBe(421);
      // Another address of the loopback, which macOS has not: a server that is bound to all of them answers there.
      if (process.platform !== 'darwin') expect(await reached('127.0.0.2', port)).toBe('ECONNREFUSED');
    } finally {
      await server.close();
    }
  });

  test('refuses a port that is taken', async () => {
    const server = await serveSite(files, 0);
    await expect(serveSite(files, Number(new URL(server.address).port))).rejects.toThrow(/EADDRINUSE/);
    await server.close();
  });

  // Windows has no SIGINT for another process.
  test.runIf(process.platform !== 'win32')('prints its address, and ends on Ctrl-C [needs signals of POSIX]', async () => {
    const { child, ended, printed } = startCli(['site', linux, '--serve']);
    const address = await until('the address is printed', () => /^http:\/\/127\.0\.0\.1:\d+\/$/m.exec(printed().stdout)?.[0]);
    expect((await asked(Number(new URL(address).port), '/')).body).toContain('linux-6.18-x64');
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });
});

function reached(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    get({ host, port, timeout: 5000 }, () => resolve('reached')).on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}
