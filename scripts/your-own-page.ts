import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a command line in a folder, and gives what it printed; undefined where this machine cannot run it. */
type RunLine = (line: string, folder: string) => string | undefined;

/** `sockatlas` is a node program, given as its arguments; a shared library is made only where the page's own command makes one. What is performed, is on Linux. */
export function runLine(sockatlas: readonly string[]): RunLine {
  return (line, folder) => {
    const [name = '', ...args] = line.split(' ');
    if (/\.so|^sockatlas try /.test(line) && process.platform !== 'linux') return undefined;
    const [program, programArgs] = name === 'sockatlas' ? [process.execPath, [...sockatlas, ...args]] : [name, args];
    const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' };
    const { error, stdout, stderr } = spawnSync(program, programArgs, { cwd: folder, env, encoding: 'utf8' });
    return error === undefined ? stdout + stderr : undefined;
  };
}

/** A block of code, and the remark before it that says what it is: `<!-- file: mine.json -->`, `<!-- change: mine.json -->`. */
const BLOCK = /(?:<!-- (file|change): (\S+) -->\n)?```(\w+)\n([\s\S]*?)```\n/g;

/**
 * docs/your-own.md or docs/steps.md, with what its commands print. The page is written by hand; its files are written to a folder, in order, and each line of a `console` block
 * that begins with `$` is run there.
 */
export function yourOwnPage(page: string, run: RunLine): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockatlas-page-'));
  try {
    return page.replace(BLOCK, (block, kind: string | undefined, file: string | undefined, language: string, content: string) => {
      if (kind === 'file') writeFileSync(join(folder, file as string), content);
      if (kind === 'change') writeFileSync(join(folder, file as string), changed(readFileSync(join(folder, file as string), 'utf8'), content));
      return language === 'console' ? (console(content, (line) => run(line, folder)) ?? block) : block;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The end of a file is replaced, as many lines as the change has. */
function changed(text: string, end: string): string {
  const lines = text.split('\n');
  return [...lines.slice(0, lines.length - end.split('\n').length), end].join('\n');
}

function console(content: string, run: (line: string) => string | undefined): string | undefined {
  const commands = content.split('\n').filter((line) => line.startsWith('$ '));
  const ran = commands.map((command) => ({ command, output: run(command.slice(2)) }));
  if (ran.some(({ output }) => output === undefined)) return undefined;
  return `\`\`\`console\n${ran.map(({ command, output }) => `${command}\n${output}`).join('')}\`\`\`\n`;
}
