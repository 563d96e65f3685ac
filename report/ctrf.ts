import { packageVersion } from '../platforms/package-root.ts';
import { eventOf } from './event.ts';
import { outcomesOf } from './outcome.ts';
import type { View } from './view.ts';

/** CTRF, a format of test results: https://ctrf.io/docs/specification/overview. A test for each scenario of each run. */
const SPECIFICATION = '0.0.0';

const STATUS = { passed: 'passed', failed: 'failed', error: 'failed', skipped: 'skipped' } as const;

export function ctrfRuns(views: readonly View[]): object {
  const tests = views.flatMap((view) => {
    const { platform } = view.run.header;
    return outcomesOf(view).map(({ line, kind, message, ms }) => ({
      name: line.id,
      status: STATUS[kind],
      duration: Math.round(ms),
      suite: [platform.name, eventOf(line.id)],
      ...(message !== undefined && { message }),
      rawStatus: line.verdict,
      ...(line.traces.length > 1 && { flaky: true }),
    }));
  });
  const of = (wanted: string) => tests.filter(({ status }) => status === wanted).length;
  const starts = views.map(({ run }) => Date.parse(run.header.started));
  const ends = views.map(({ run }) => Date.parse(run.header.started) + run.footer.ms);
  return {
    reportFormat: 'CTRF',
    specVersion: SPECIFICATION,
    results: {
      tool: { name: 'sockatlas', version: packageVersion },
      summary: {
        ...{ tests: tests.length, passed: of('passed'), failed: of('failed'), pending: 0, skipped: of('skipped'), other: 0 },
        ...{ start: Math.min(...starts), stop: Math.round(Math.max(...ends)) },
      },
      tests,
    },
  };
}
