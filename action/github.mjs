// What a step says to GitHub: workflow commands, outputs, the summary.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync, writeSync } from 'node:fs';

/** GitHub refuses a summary of more than 1 MiB, and shows nothing of it. */
const MAX_SUMMARY = 1_000_000;

/** One stream for all: the order of what is written is the order in which GitHub reads it. */
export function write(text) {
  writeSync(1, text);
}

/** @param {'error' | 'warning' | 'notice'} kind */
export function annotate(kind, message) {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  write(`::${kind} title=sockatlas::${escaped}\n`);
}

/** While `work` goes on, nothing that is printed is taken for a command: run files, tables and steps hold what people wrote. */
export async function withoutCommands(work) {
  const token = randomUUID();
  write(`::stop-commands::${token}\n`);
  try {
    return await work();
  } finally {
    write(`::${token}::\n`);
  }
}

export function setOutput(name, value) {
  const end = randomUUID();
  append('GITHUB_OUTPUT', `${name}<<${end}\n${value}\n${end}\n`);
}

export function summarise(heading, markdown) {
  const text = `## ${heading}\n\n${markdown.trim()}\n\n`;
  const file = process.env.GITHUB_STEP_SUMMARY;
  const size = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const fits = size + Buffer.byteLength(text) <= MAX_SUMMARY;
  append('GITHUB_STEP_SUMMARY', fits ? text : `## ${heading}\n\nToo long for a summary: it is in the artifact.\n\n`);
}

/** As it is, in a fence that nothing in it closes. */
export function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

function append(variable, text) {
  const file = process.env[variable];
  if (file) appendFileSync(file, text);
}
