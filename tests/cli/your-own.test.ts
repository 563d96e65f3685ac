import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validPolicy } from '../../classification/policies/validate.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import { runLine, yourOwnPage } from '../../scripts/your-own-page.ts';
import { workplace } from '../fixtures/check.ts';
import { cliProgram } from '../fixtures/index.ts';

const page = readFileSync(join(packageRoot, 'docs', 'your-own.md'), 'utf8');
const { written } = workplace();

const stepsPage = readFileSync(join(packageRoot, 'docs', 'steps.md'), 'utf8');

test('docs/your-own.md and docs/steps.md have what their commands print: npm run docs', () => {
  for (const text of [page, stepsPage]) expect(yourOwnPage(text, runLine([cliProgram]))).toBe(text);
});

test('README.md shows what docs/steps.md does', () => {
  const [, screen] = /print[^`]*\n```\n(P send 10; [^`]*)```/.exec(readFileSync(join(packageRoot, 'README.md'), 'utf8')) ?? [];
  expect(screen?.length).toBeGreaterThan(300);
  expect(stepsPage).toContain(screen);
});

test('its worked example is wrong as it stands, and right as corrected', () => {
  const outputs = [...page.matchAll(/```console\n\$ sockatlas check \.\/mine\.json\n([\s\S]*?)```/g)].map(([, output]) => output as string);
  expect(outputs.length).toBe(2);
  for (const rule of ['abort-as-wait', 'unknown-code', 'unnamed-code', 'unreachable-row']) expect(outputs[0]).toContain(` ${rule}: mine@1/winsock`);
  expect(outputs[1]).toContain('Nothing found');
});

test('its policy is one', async () => {
  const [, source] = /<!-- file: policy\.mjs -->\n```js\n([\s\S]*?)```/.exec(page) ?? [];
  const policy = validPolicy(await import(written('policy.mjs', source)), 'the page');
  const seen = (meaning: string) => ({ answer: { meaning } }) as never;
  expect([policy.poll({}, seen('reset')).action, policy.poll({}, seen('aborted')).action]).toEqual(['close', 'keep']);
});
