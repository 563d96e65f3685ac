import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAtlas } from '../../results/read-atlas.ts';
import { cli } from '../fixtures/index.ts';
import { commandsIn, step } from './step.ts';

const folder = mkdtempSync(join(tmpdir(), 'sockatlas merged '));
const runs = join(folder, 'runs');

/** As actions/download-artifact leaves them: a folder for each artifact. One of the systems has a hostile name. */
beforeAll(() => {
  const made = join(folder, 'made.jsonl');
  expect(cli(['run', 'tcp/reset/idle', '--trials', '1', '--out', made]).code).toBe(0);
  for (const name of ['one', 'two']) mkdirSync(join(runs, name), { recursive: true });
  copyFileSync(made, join(runs, 'one', 'run.jsonl'));
  const another = readFileSync(made, 'utf8').replace(/"os":"[^"]*"/, '"os":"::error::stolen"');
  writeFileSync(join(runs, 'two', 'run.jsonl'), another.replace(/"started":"\d{4}/, '"started":"2020'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const merge = (inputs: Record<string, string> = {}, around = {}) => step({ mode: 'merge', runs, ...inputs }, around);

test('the runs of a folder become an atlas, its pages, and a summary', async () => {
  const stepped = await merge();
  expect(stepped.code, stepped.log).toBe(0);
  const written = stepped.outputs.get('folder') as string;
  expect(readAtlas(join(written, 'atlas.json'))?.scenarios.map(({ id }) => id)).toEqual(['tcp/reset/idle']);
  expect(readFileSync(join(written, 'site', 'index.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  expect(stepped.outputs.get('name')).toBe('sockatlas-atlas');
  expect(stepped.outputs.get('deviates')).toBe('false');
  expect(stepped.summary).toMatch(/^## sockatlas: the systems side by side\n[\s\S]*\| `tcp\/reset\/idle` \|/);
  expect(stepped.summary).not.toContain('###');
  expect(commandsIn(stepped.log)).toEqual([]);
});

test('runs of one part of the scenarios stand side by side', async () => {
  const parts = join(folder, 'parts');
  mkdirSync(parts);
  for (const part of [1, 2]) copyFileSync(join(runs, 'one', 'run.jsonl'), join(parts, `run-${part}-of-2.jsonl`));
  const stepped = await merge({ runs: parts });
  expect(stepped.summary.match(/^### .*/gm)).toEqual(['### run-1-of-2', '### run-2-of-2']);
});

test('a part that is missing is a warning', async () => {
  const parts = join(folder, 'first part');
  mkdirSync(parts);
  expect(cli(['run', 'tcp/reset/idle', 'tcp/fin/idle', '--trials', '1', '--shard', '1/2', '--out', join(parts, 'run-1-of-2.jsonl')]).code).toBe(0);
  const stepped = await merge({ runs: parts });
  expect(stepped.code, stepped.log).toBe(0);
  expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(/^::warning .*: no run of part 2 of 2: /)]);
});

test('a file that cannot be read costs the others nothing, and fails the step', async () => {
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  copyFileSync(join(runs, 'one', 'run.jsonl'), join(cut, 'run.jsonl'));
  writeFileSync(join(cut, 'other.jsonl'), readFileSync(join(runs, 'one', 'run.jsonl'), 'utf8').slice(0, 300));
  const stepped = await merge({ runs: cut, 'fail-on': 'never' });
  expect(stepped.code, stepped.log).toBe(2);
  expect(stepped.summary).toMatch(/### other\n\n```text\nsockatlas: .*other\.jsonl/);
  expect(stepped.summary).toMatch(/### run\n\n[\s\S]*tcp\/reset\/idle/);
  expect(readAtlas(join(stepped.outputs.get('folder') as string, 'atlas.json'))?.platforms).toHaveLength(1);
  expect(commandsIn(stepped.log)).toEqual([expect.stringContaining('could not be read')]);
});

test.each([
  ['not there', 'gone', /gone/],
  ['empty', '.', /has no \.jsonl file/],
])('a folder that is %s', async (_, where, message) => {
  const stepped = await merge({ runs: where });
  expect(stepped.code).toBe(2);
  expect(commandsIn(stepped.log)).toEqual([expect.stringMatching(message)]);
});

/** In the place of sockatlas: a report of so many lines. */
const STAND_IN = `import { writeFileSync } from 'node:fs';
const [command, out] = process.argv.slice(2);
if (command === 'merge') writeFileSync(out.replace('--out=', ''), '{}');
if (command === 'report') console.log('| \`tcp/reset/idle\` | @someone | \`mongoose@7.16\` |\\n'.repeat(Number(process.env.LINES)));
`;

describe('the comment on the pull request', () => {
  const standIn = join(folder, 'stand-in');
  beforeAll(async () => {
    mkdirSync(join(standIn, 'dist', 'cli'), { recursive: true });
    writeFileSync(join(standIn, 'package.json'), '{"type":"module"}');
    writeFileSync(join(standIn, 'dist', 'cli', 'main.js'), STAND_IN);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  interface Comment {
    readonly id: number;
    readonly user: { readonly type: string };
    body: string;
  }
  const comments: Comment[] = [];
  const asked: string[] = [];
  let refused: number | undefined;

  /** As much of GitHub's API as a comment needs. */
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url}`);
    const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (refused !== undefined && method !== 'GET') return answer(refused, { message: 'Resource not accessible by integration' });
    if (request.headers.authorization !== 'Bearer secret-token') return answer(401, { message: 'Bad credentials' });
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    if (method === 'GET' && pathname === '/repos/example/project/issues/7/comments') {
      const page = Number(searchParams.get('page'));
      return answer(200, comments.slice(100 * (page - 1), 100 * page));
    }
    const body = await bodyOf(request);
    if (method === 'POST' && pathname === '/repos/example/project/issues/7/comments') {
      comments.push({ id: 1000 + comments.length, user: { type: 'Bot' }, body });
      return answer(201, {});
    }
    const edited = comments.find(({ id }) => pathname === `/repos/example/project/issues/comments/${id}`);
    if (method !== 'PATCH' || edited === undefined) return answer(404, {});
    edited.body = body;
    return answer(200, {});
  });

  afterAll(() => server.close());
  beforeEach(() => {
    comments.length = 0;
    asked.length = 0;
    refused = undefined;
  });

  const onPullRequest = (inputs: Record<string, string> = {}, event: object = { pull_request: { number: 7 } }, lines = 1) =>
    merge(
      { token: 'secret-token', version: standIn, ...inputs },
      {
        event,
        env: {
          GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          GITHUB_SERVER_URL: 'https://example.org',
          GITHUB_REPOSITORY: 'example/project',
          GITHUB_RUN_ID: '42',
          LINES: String(lines),
        },
      },
    );

  test('is written once, and then kept up to date; the comments of others stay', async () => {
    const marker = '<!-- sockatlas: the systems side by side -->';
    for (let i = 0; i < 150; i++) comments.push({ id: i, user: { type: 'User' }, body: i === 3 ? `${marker}\nmine` : 'a comment' });
    const first = await onPullRequest();
    expect(first.code, first.log).toBe(0);
    const [written] = comments.slice(150);
    expect(written?.body.startsWith(`${marker}\n## sockatlas`)).toBe(true);
    expect(written?.body).toContain('`tcp/reset/idle`');
    expect(written?.body).toContain('(https://example.org/example/project/actions/runs/42)');
    if (written !== undefined) written.body = `${marker}\nof an earlier run`;
    asked.length = 0;
    const second = await onPullRequest();
    expect(second.code, second.log).toBe(0);
    expect(comments).toHaveLength(151);
    expect(written?.body).toContain('`tcp/reset/idle`');
    expect(comments[3]?.body).toBe(`${marker}\nmine`);
    expect(asked.map((line) => line.split('?')[0])).toEqual([
      'GET /repos/example/project/issues/7/comments',
      'GET /repos/example/project/issues/7/comments',
      'PATCH /repos/example/project/issues/comments/1150',
    ]);
    expect(commandsIn(second.log)).toEqual([]);
    expect(first.log + second.log).not.toContain('secret-token');
  });

  test('mentions nobody', async () => {
    await onPullRequest();
    expect(comments[0]?.body).toContain('| @\u200Bsomeone | `mongoose@7.16` |');
  });

  test('is no longer than GitHub takes, in whole lines', async () => {
    const stepped = await onPullRequest({}, undefined, 3000);
    expect(stepped.summary.length).toBeGreaterThan(100_000);
    const body = comments[0]?.body ?? '';
    expect(body.length).toBeLessThan(65_536);
    expect(body).toMatch(/\n\| `tcp\/reset\/idle` \| @\u200Bsomeone \| `mongoose@7\.16` \|\n\nThis is not all of it\.\n\n\[The whole report/);
  });

  test.each([
    ['403', { refused: 403 }, 'POST was answered with 403'],
    ['no token', { token: '' }, 'there is no token'],
    ['a wrong token', { token: 'another' }, 'GET was answered with 401'],
  ])('that may not be written is a notice: %s', async (_, { token = 'secret-token', refused: status }: { token?: string; refused?: number }, why) => {
    refused = status;
    const stepped = await onPullRequest({ token });
    expect(stepped.code, stepped.log).toBe(0);
    expect(comments).toEqual([]);
    expect(commandsIn(stepped.log)).toEqual([expect.stringContaining(`::notice title=sockatlas::no comment on the pull request: ${why}`)]);
  });

  test('is for pull requests alone', async () => {
    for (const event of [{}, { pull_request: { number: '7/../../secrets' } }]) {
      const stepped = await onPullRequest({}, event);
      expect(commandsIn(stepped.log)).toEqual([]);
    }
    expect(asked).toEqual([]);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return (JSON.parse(text) as { body: string }).body;
}
