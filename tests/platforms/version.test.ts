import { expect, test } from 'vitest';
import { compareVersions, inRange } from '../../platforms/version.ts';

test.each([
  ['8.9', '8.21', -1],
  ['6.18.44', '6.18', 1],
  ['10.0', '10', 0],
  ['10.0.19041', '10.0.2', 1],
  ['8.0-rc1', '8.0', 0],
])('%s against %s: %i', (a, b, order) => {
  expect(compareVersions(a, b)).toBe(order);
});

test.each([
  ['8.20', '<8.21', true],
  ['8.21', '<8.21', false],
  ['9.5', '>=8.21 <10.2', true],
  ['10.2', '>=8.21 <10.2', false],
  ['8.0', '8.0', true],
  ['8.0', '=8.0', true],
  ['8.0', '>8.0', false],
  ['8.0', '<=8.0', true],
  ['gvisor', 'gvisor', true],
  ['wsl', 'gvisor', false],
  [undefined, '>=1', false],
])('%s in %s: %s', (version, range, within) => {
  expect(inRange(version, range)).toBe(within);
});
