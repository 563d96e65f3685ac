import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { evidencePhrase } from '../../language/evidence.ts';
import { type Prediction, predict } from '../../language/predict.ts';
import { printStep, printSteps, type Sequence, stepByStep, TRANSPORTS } from '../../language/steps.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import { traceWords } from '../../report/trace-words.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { chromiumProgram, siteOf } from './chromium.ts';

const site = siteOf();
const SEQUENCES = Number(process.env.SEQUENCES ?? 300);
/** So many are typed before the test looks. */
const AT_ONCE = 500;

/** What the page is to say of a platform: of each way the words, the evidence and each call with its rule; what is not covered; whether there are more. */
function said(sequence: Sequence, { traces, uncovered, isCut }: Prediction) {
  const steps = stepByStep(sequence);
  return {
    ways: traces
      .filter(({ trace }) => trace.length > 0)
      .map(({ trace, evidence, calls }) => ({
        words: traceWords(trace),
        evidence: evidencePhrase(evidence),
        calls: folded(
          calls.map(({ step, token, rule }) => [`${printStep(steps[step] as (typeof steps)[number])}: ${token}`, rule.name, evidencePhrase(rule.evidence)]),
        ),
      })),
    uncovered: uncovered === undefined ? null : `not covered, from ${JSON.stringify(uncovered.text)} on: ${uncovered.why}`,
    isCut: isCut === true,
  };
}

function folded(calls: readonly (readonly [call: string, rule: string, evidence: string])[]): string[] {
  const lines: { call: string; rule: string; times: number }[] = [];
  for (const [call, name, evidence] of calls) {
    const rule = `${name} (${evidence})`;
    const last = lines.at(-1);
    if (last?.call === call && last.rule === rule) last.times++;
    else lines.push({ call, rule, times: 1 });
  }
  return lines.map(({ call, rule, times }) => `${call}${times > 1 ? ` ×${times}` : ''} | ${rule}`);
}

/** Types each of `texts`, and reads what the page then says. */
const TYPED = `(texts) => texts.map((text) => {
  const field = document.querySelector('#steps');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const of = (within, selector) => within.querySelector(selector)?.textContent ?? null;
  return [...document.querySelectorAll('[data-platform]')].map((platform) => ({
    ways: [...platform.querySelectorAll('.way')].filter((way) => way.firstChild !== null).map((way) => ({
      words: of(way, '.words'),
      evidence: of(way, '.evidence'),
      calls: [...way.querySelectorAll('.calls li')].map((call) => of(call, '.call') + ' | ' + of(call, '.rule')),
    })),
    uncovered: of(platform, '.uncovered'),
    isCut: platform.querySelector('.cut') !== null,
  }));
})`;

describe.runIf(chromiumProgram !== undefined)('try it [needs Chromium]', () => {
  afterEach(() => site.expectQuiet());

  test('answers as one types, on each platform, with rule and source', async () => {
    const page = await site.open('try.html');
    await page.fill('#steps', 'P send 10; P reset; S recv ×3');
    expect(await page.locator('[data-platform] .words').allInnerTexts()).toEqual([
      'data:10, ECONNRESET, eof',
      'WSAECONNRESET every time',
      'data:10, then eof ×2',
      'WSAECONNRESET every time',
    ]);
    expect(await page.locator('.comparison tbody tr').first().allInnerTexts()).toEqual([
      expect.stringMatching(/^S recv\s+data:10\s+≠ WSAECONNRESET\s+data:10/),
    ]);
    const windows = page.locator('[data-platform=windows]');
    await windows.locator('summary').click();
    expect(await windows.locator('.source').first().isVisible()).toBe(true);
    expect(await page.locator('pre').last().innerText()).toBe(
      'sockatlas try "P send 10; P reset; S recv x3"\nsockatlas predict --on windows --why "P send 10; P reset; S recv x3"',
    );
  });

  test('what is wrong is pointed at, by the caret and in words', async () => {
    const page = await site.open('try.html');
    await page.fill('#steps', 'P send 10; P resett; S recv');
    const [text, caret] = (await page.locator('.problem pre').innerText()).split('\n');
    expect(text?.slice(caret?.indexOf('^'))).toMatch(/^resett/);
    expect(await page.locator('#problem p').innerText()).toMatch(/^line 1, column 14: expected a verb of P: .*got "resett"$/);
    expect(await page.getAttribute('#steps', 'aria-invalid')).toBe('true');
    expect(await page.locator('[data-platform]').count()).toBe(0);
    await page.fill('#steps', '');
    expect(await page.inputValue('#steps')).toBe('');
  });

  test('the address carries the steps, and back goes to those before', async () => {
    const page = await site.open('try.html');
    await page.getByRole('button', { name: 'SO_ERROR before recv' }).click();
    expect(await page.inputValue('#steps')).toBe('P reset; S so_error; S recv ×2');
    const { hash } = new URL(page.url());
    const other = await site.open(`try.html${hash}`);
    expect(await other.inputValue('#steps')).toBe('P reset; S so_error; S recv ×2');
    await page.goBack();
    await expect.poll(() => page.inputValue('#steps')).toBe('P send 10; P reset; S recv ×3');
  });

  test('by keyboard alone', async () => {
    const page = await site.open('try.html');
    await page.locator('#steps').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('P close; S recv');
    await expect.poll(() => page.locator('[data-platform] .words').allInnerTexts()).toEqual(['eof', 'eof', 'eof', 'eof']);
    for (let i = 0; i < 20 && (await page.evaluate('document.activeElement.tagName')) !== 'SUMMARY'; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('[data-platform=linux] .rule').first().isVisible()).toBe(true);
  });

  test(`says what predict says, of ${SEQUENCES} sequences`, async () => {
    const page = await site.open('try.html');
    const sequences = fc.sample(randomSteps(TRANSPORTS), { seed: 13, numRuns: SEQUENCES });
    const wrong: string[] = [];
    for (let i = 0; i < sequences.length; i += AT_ONCE) {
      const some = sequences.slice(i, i + AT_ONCE);
      const shown = (await page.evaluate(`(${TYPED})(${JSON.stringify(some.map(printSteps))})`)) as unknown[][];
      for (const [j, sequence] of some.entries()) {
        const expected = MODEL_NAMES.flatMap((name) => modelOf(name) ?? []).map((model) => said(sequence, predict(model, sequence)));
        if (JSON.stringify(shown[j]) !== JSON.stringify(expected))
          wrong.push(`${printSteps(sequence)}: ${JSON.stringify(shown[j])}, not ${JSON.stringify(expected)}`);
      }
    }
    expect(sequences).toHaveLength(SEQUENCES);
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('a phone shows it without scrolling the page sideways', async () => {
    const page = await site.open('try.html', { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
