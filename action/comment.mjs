// One comment on the pull request, written once and then kept up to date.
import { readFileSync } from 'node:fs';
import { annotate } from './github.mjs';

/** By its first line the comment is found again. */
const MARKER = '<!-- sockatlas: the systems side by side -->';
/** GitHub refuses a comment of more than 65,536 characters. */
const MAX_LENGTH = 60_000;
const MAX_PAGES = 20;
const MS = 30_000;

/** Where there is no pull request, nothing; where the token may not comment, a notice. A comment never fails a step. */
export async function comment(markdown, token) {
  const number = pullRequest();
  if (number === undefined) return;
  if (token === '') return notCommented('there is no token');
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository } = process.env;
  const ask = async (method, path, body) => {
    const response = await fetch(`${api}/repos/${repository}/issues/${path}`, {
      method,
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'sockatlas', 'x-github-api-version': '2022-11-28' },
      signal: AbortSignal.timeout(MS),
      ...(body !== undefined && { body: JSON.stringify({ body }) }),
    });
    if (!response.ok) throw new Error(`${method} was answered with ${response.status}`);
    return response.json();
  };
  try {
    const earlier = await ours(ask, number);
    const text = commentText(markdown);
    if (earlier === undefined) await ask('POST', `${number}/comments`, text);
    else await ask('PATCH', `comments/${earlier}`, text);
  } catch (error) {
    notCommented(error.message);
  }
}

function notCommented(why) {
  annotate('notice', `no comment on the pull request: ${why}. It takes the permission pull-requests: write, which a fork's pull request never has`);
}

/** The number of the pull request that this job runs for. */
function pullRequest() {
  const file = process.env.GITHUB_EVENT_PATH;
  const number = file ? JSON.parse(readFileSync(file, 'utf8')).pull_request?.number : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The token of a job is a bot's. A person's comment with the marker is that person's. */
async function ours(ask, number) {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const comments = await ask('GET', `${number}/comments?per_page=100&page=${page}`);
    const found = comments.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(MARKER));
    if (found !== undefined) return found.id;
    if (comments.length < 100) return undefined;
  }
  return undefined;
}

function commentText(markdown) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = process.env;
  const link = `[The whole report and the atlas](${server}/${repository}/actions/runs/${run})`;
  return `${MARKER}\n## sockatlas: the systems side by side\n\n${cut(withoutMentions(markdown))}\n\n${link}\n`;
}

/** Whole lines. */
function cut(markdown) {
  if (markdown.length <= MAX_LENGTH) return markdown;
  return `${markdown.slice(0, markdown.lastIndexOf('\n', MAX_LENGTH))}\n\nThis is not all of it.`;
}

/** A run file may hold `@someone`, who must hear nothing of it. In code GitHub mentions nobody. */
function withoutMentions(markdown) {
  return markdown.replaceAll(/(`+)[^\n]*?\1|@/g, (found) => (found === '@' ? '@\u200B' : found));
}
