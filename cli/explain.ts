import { CODE_PLATFORMS, type Code, type CodePlatform, codesOf } from '../platforms/code.ts';
import { describeObservation } from '../report/deviation.ts';
import type { Recorded } from '../results/recorded.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';
import { nearest } from './select.ts';

/** `sockatlas explain <code>`: an error code by name or number, on each platform that has it, and where it was seen. */
export async function explain(wanted: string, options: LocalOption = {}): Promise<number> {
  const hits = CODE_PLATFORMS.flatMap((platform) =>
    codesOf(platform)
      .filter((code) => isMeant(code, wanted))
      .map((code) => ({ platform, code })),
  );
  if (hits.length === 0) {
    const names = [...new Set(CODE_PLATFORMS.flatMap((platform) => codesOf(platform).map(({ name }) => name)))];
    throw new UsageError(`no platform has an error code ${JSON.stringify(wanted)}; the nearest: ${nearest(names, wanted.toUpperCase()).join(', ')}`);
  }
  const runs = evidenceRuns(options);
  const lines = hits.flatMap(({ platform, code }) => [
    `${code.name} = ${spellNumber(code)} on ${platform} (${code.domain})${code.aliases ? `, also ${code.aliases.join(', ')}` : ''}: ${code.meaning}`,
    `  ${code.text}`,
    ...counterparts(platform, code),
    ...(code.winsock ? [`  WSAGetOverlappedResult makes ${code.winsock} of it`] : []),
    ...(code.win32 ? [`  GetOverlappedResult and GetQueuedCompletionStatus make ${code.win32} of it`] : []),
    ...seen(runs, platform, code),
    '',
  ]);
  await print(lines.join('\n'));
  return EXIT.conforms;
}

function isMeant({ name, number, aliases = [] }: Code, wanted: string): boolean {
  const upper = wanted.toUpperCase();
  if (name === upper || aliases.includes(upper)) return true;
  return /^(0x[0-9a-f]+|-?\d+)$/i.test(wanted) && (Number(wanted) === number || Number(wanted) >>> 0 === number);
}

function spellNumber({ domain, number }: Code): string {
  return domain === 'ntstatus' ? `0x${number.toString(16).toUpperCase().padStart(8, '0')}` : String(number);
}

/** The same name elsewhere: ECONNRESET is 104 on Linux, 54 on Darwin, and WSAECONNRESET on Windows. */
function counterparts(platform: CodePlatform, code: Code): string[] {
  const plain = code.name.replace(/^WSA/, '');
  const others = CODE_PLATFORMS.filter((other) => other !== platform).flatMap((other) =>
    codesOf(other)
      .filter((candidate) => candidate.domain !== 'ntstatus' && candidate.domain !== 'win32' && candidate.name.replace(/^WSA/, '') === plain)
      .map((candidate) => `${candidate.name} = ${candidate.number} on ${other}`),
  );
  return others.length === 0 ? [] : [`  elsewhere: ${others.join(', ')}`];
}

function seen(runs: readonly Recorded[], platform: CodePlatform, { name }: Code): string[] {
  const found = new Map<string, string>();
  for (const { run } of runs) {
    const { id, name: platformName } = run.header.platform;
    if ((id === 'wine' ? 'windows' : id) !== platform) continue;
    for (const line of run.scenarios) {
      for (const { observations } of line.traces) {
        const index = observations.findIndex((observation) => observation.name === name || observation.token === `so_error:${name}`);
        const key = `${platformName} ${line.id}`;
        if (index >= 0 && !found.has(key)) found.set(key, `    ${platformName}  ${line.id}: ${describeObservation(observations, index)}`);
      }
    }
  }
  return found.size === 0 ? ['  no recorded run shows it'] : ['  recorded:', ...found.values()];
}
