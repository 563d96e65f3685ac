import { basename, extname } from 'node:path';
import { UsageError } from './errors.ts';
import { asArgument, writeSkeleton } from './skeleton-file.ts';

/** `sockatlas new scenario <file>`: a commented skeleton that runs. @throws UsageError for a file that exists already, or another ending */
export async function newScenario(file: string): Promise<number> {
  if (!/^\.m?[jt]s$/.test(extname(file))) throw new UsageError(`${file}: scenarios are a module; name a .js, .mjs, .ts or .mts file`);
  return writeSkeleton(file, skeleton(file), `run it with: sockatlas run ${asArgument(file)} -v`);
}

function skeleton(file: string): string {
  const any = /\.m?ts$/.test(file) ? ': any' : '';
  return `// Scenarios of your own. Run them with: sockatlas run ./${basename(file)} -v
// This file runs in an agent process. It needs no import.

// The ids are EVENT/NAME: here tcp/mine/two-reads.
export const event = 'tcp/mine';
export const about = 'the peer has reset the connection';

export const cases = {
  'two-reads': {
    // One sentence: which question the scenario answers, and why it matters.
    why: 'Two short reads after a reset: do both report it?',
    // In words, for the report: what is done first, and which calls are recorded.
    before: 'RST, settle',
    recorded: 'recv(4)×2',
    async run(t${any}) {
      // S is the socket under test, which accept returned; it is non-blocking. P is its peer.
      const { S, P } = await t.tcp();
      await P.reset(); // also: P.send(10), P.close(), P.shutdown('write')
      // Wait until it has arrived: 'reset', 'fin', or { bytes: 10 }. This consumes nothing.
      await S.settled('reset');
      // These calls are recorded: S.recv(length), S.send(length), S.poll(), S.select(), S.soError(), …
      await S.recv(4);
      await S.recv(4);
    },
  },
};
`;
}
