import { packageVersion } from '../platforms/package-root.ts';
import type { Platform } from '../platforms/platform.ts';
import { type Footer, type Header, type Run, SCHEMA_VERSION, type ScenarioLine, type Verdict } from './schema.ts';

export function headerOf(platform: Platform, started: Date, peer?: Platform): Header {
  return {
    type: 'header',
    schema: SCHEMA_VERSION,
    tool: { name: 'sockatlas', version: packageVersion },
    platform,
    ...(peer !== undefined && { peer }),
    ffi: { backend: 'koffi', version: platform.koffi },
    started: started.toISOString(),
  };
}

/** How a run ended, beside its verdicts. */
export type Ending = Pick<Footer, 'interrupted' | 'unfinished' | 'unmeasured' | 'strangers' | 'ms'>;

export function footerOf(scenarios: readonly ScenarioLine[], { ms, ...ending }: Ending): Footer {
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of scenarios) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return { type: 'footer', scenarios: scenarios.length, verdicts, ...ending, ms: Math.round(ms) };
}

/** The text of a run file. */
export function serializeRun({ header, scenarios, timings, footer }: Run): string {
  return [header, ...scenarios, ...timings, footer].map((line) => `${JSON.stringify(line)}\n`).join('');
}
