import { outcomesOf } from './outcome.ts';
import type { View } from './view.ts';
import { escapeXml, quoted } from './xml.ts';

/** A badge of runs: how many scenarios are as expected, or how many are not. */

const GREEN = '#3fb950';
const RED = '#d1242f';
/** WCAG AA on both: the text is as dark as it can be. */
const INK = '#0d1117';
const LABEL = 'sockatlas';
/** Of a character of 11 px Verdana, on average, and around a text. */
const CHARACTER = 6.8;
const MARGIN = 6;

interface Badge {
  readonly message: string;
  readonly isGood: boolean;
}

function badgeOf(views: readonly View[]): Badge {
  const outcomes = views.flatMap(outcomesOf);
  const wrong = outcomes.filter(({ kind }) => kind === 'failed' || kind === 'error').length;
  const right = outcomes.filter(({ kind }) => kind === 'passed').length;
  const platforms = [...new Set(views.map(({ run }) => run.header.platform.name))];
  const where = platforms.length === 1 ? (platforms[0] as string) : `${platforms.length} platforms`;
  return { message: `${where}: ${wrong > 0 ? `${wrong} not as expected` : `${right} as expected`}`, isGood: wrong === 0 && right > 0 };
}

/** The JSON that badge services read from an address: schemaVersion 1 of their endpoint badges. */
export function badgeEndpoint(views: readonly View[]): object {
  const { message, isGood } = badgeOf(views);
  return { schemaVersion: 1, label: LABEL, message, color: isGood ? GREEN : RED, isError: !isGood };
}

export function badgeSvg(views: readonly View[]): string {
  const { message, isGood } = badgeOf(views);
  const [left, right] = [LABEL, message].map((text) => Math.round([...text].length * CHARACTER + 2 * MARGIN)) as [number, number];
  const text = (content: string, x: number, fill: string) => `<text x="${x}" y="14" fill="${fill}">${escapeXml(content)}</text>`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label=${quoted(`${LABEL}: ${message}`)}>`,
    `  <title>${escapeXml(`${LABEL}: ${message}`)}</title>`,
    `  <rect width="${left}" height="20" fill="${INK}" />`,
    `  <rect x="${left}" width="${right}" height="20" fill="${isGood ? GREEN : RED}" />`,
    '  <g font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">',
    `    ${text(LABEL, left / 2, '#fff')}`,
    `    ${text(message, left + right / 2, isGood ? INK : '#fff')}`,
    '  </g>',
    '</svg>',
  ].join('\n')}\n`;
}
