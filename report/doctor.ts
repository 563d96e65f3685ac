import type * as Zod from 'zod';
import { z } from '../platforms/zod.ts';
import type { Layout } from './grid.ts';
import { visibleWidth, wrap } from './text.ts';

const checkSchema = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  text: z.string().describe('What was found, or what is missing and, if there is one, the command that adds it'),
});

/** What `doctor --format json` prints. */
export const doctorDocumentSchema = z.strictObject({
  version: z.string().describe('The version of sockatlas'),
  machine: z.array(checkSchema),
  agents: z.array(checkSchema).describe('The platforms on which this machine can start agents; its own platform comes first'),
});

export type DoctorCheck = Zod.infer<typeof checkSchema>;

export function doctorPage({ version, machine, agents }: Zod.infer<typeof doctorDocumentSchema>, layout: Layout): string {
  return `sockatlas ${version}\n\n${checkLines(machine, layout)}\nAgents\n${checkLines(agents, layout)}`;
}

function checkLines(checks: readonly DoctorCheck[], { width, paint }: Layout): string {
  const names = Math.max(...checks.map(({ name }) => visibleWidth(name)));
  const indent = ' '.repeat(names + 8);
  return checks
    .map(({ name, ok, text }) => {
      const mark = paint(ok ? 'green' : 'yellow', ok ? 'ok' : '--');
      const lines = text.split('\n').flatMap((line) => wrap(line, width - indent.length));
      return `  ${mark}  ${name.padEnd(names)}  ${lines.join(`\n${indent}`)}\n`;
    })
    .join('');
}
