import { eventOf } from './event.ts';
import { groupBy } from './group-by.ts';
import { type Outcome, outcomesOf } from './outcome.ts';
import type { View } from './view.ts';
import { escapeXml, quoted } from './xml.ts';

/** Runs as JUnit: a suite for each event of each run, a case for each scenario. */
export function junitRuns(views: readonly View[]): string {
  const suites = views.flatMap((view) => {
    const { platform, started } = view.run.header;
    return [...groupBy(outcomesOf(view), ({ line }) => eventOf(line.id))].map(([event, outcomes]) => ({
      name: `${platform.name} ${event}`,
      event,
      platform: platform.name,
      started,
      outcomes,
    }));
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sockatlas run" ${totals(suites.flatMap(({ outcomes }) => outcomes))}>`,
    ...suites.flatMap(({ name, event, platform, started, outcomes }) => [
      `  <testsuite name=${quoted(name)} ${totals(outcomes)} skipped="${outcomes.filter(({ kind }) => kind === 'skipped').length}" timestamp=${quoted(started.slice(0, 19))}>`,
      ...outcomes.flatMap((outcome) => testcase(outcome, `${platform}.${event.replaceAll('/', '.')}`)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function totals(outcomes: readonly Outcome[]): string {
  const of = (wanted: Outcome['kind']) => outcomes.filter(({ kind }) => kind === wanted).length;
  const ms = outcomes.reduce((sum, outcome) => sum + outcome.ms, 0);
  return `tests="${outcomes.length}" failures="${of('failed')}" errors="${of('error')}" time="${seconds(ms)}"`;
}

function testcase({ line, kind, message = '', ms }: Outcome, classname: string): string[] {
  const head = `    <testcase name=${quoted(line.id)} classname=${quoted(classname)} time="${seconds(ms)}"`;
  const [first = ''] = message.split('\n', 1);
  const body = {
    passed: message === '' ? [] : [`      <system-out>${escapeXml(message)}</system-out>`],
    failed: [`      <failure type=${quoted(line.verdict)} message=${quoted(first)}>${escapeXml(message)}</failure>`],
    error: [`      <error type=${quoted(line.verdict)} message=${quoted(first)}>${escapeXml(message)}</error>`],
    skipped: [`      <skipped message=${quoted(first)} />`],
  }[kind];
  return body.length === 0 ? [`${head} />`] : [`${head}>`, ...body, '    </testcase>'];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
