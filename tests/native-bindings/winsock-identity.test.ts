import { expect, test } from 'vitest';
import { isWinsock } from '../../native-bindings/winsock/is-winsock.ts';
import { platformSchema } from '../../platforms/platform.ts';
import { identifyWindows, productOf, windowsName, wineName } from '../../platforms/windows/identify.ts';

const common = { arch: 'x64', node: '22.0.0', koffi: '3.3.4', library: 'ws2_32.dll' };

test.each([
  ['Windows 11 Pro', '10.0.26100', 'windows-11-26100'],
  ['Windows 11 Enterprise Evaluation', '10.0.22631', 'windows-11-22631'],
  ['Windows 10 IoT Enterprise LTSC', '10.0.19044', 'windows-10-19044'],
  ['Windows 8.1 Pro', '6.3.9600', 'windows-8.1-9600'],
  ['Windows Server 2025 Datacenter', '10.0.26100', 'windows-server-2025-26100'],
  ['Windows Server 2022 Datacenter Azure Edition', '10.0.20348', 'windows-server-2022-20348'],
  ['Windows Server 2012 R2 Standard', '6.3.9600', 'windows-server-2012-r2-9600'],
  // The yearless releases, 1709 to 23H2.
  ['Windows Server Datacenter', '10.0.25398', 'windows-server-25398'],
  ['Azure Stack HCI', '10.0.25398', 'windows-25398'],
  ['\u0001\ufffd', '10.0.26100', 'windows-26100'],
])('%s of build %s is %s', (product, build, name) => {
  expect(windowsName(product, build)).toBe(name);
});

test.each([
  ['10.0', 'wine-10.0'],
  ['8.21', 'wine-8.21'],
  ['10.0-rc3', 'wine-10.0-rc3'],
  ['9.22 (Staging)', 'wine-9.22'],
])('Wine %s is %s', (version, name) => {
  expect(wineName(version)).toBe(name);
});

test.each([['Windows 11 Pro'], ['Windows Server 2025 Datacenter'], ['Microsoft Windows Server 2012']])('%s is a product', (product) => {
  expect(productOf(product, '10.0.26100')).toBe(product);
});

test.each([[''], ['\u0001\ufffd\ufffd'], ['Windows \u001b[31m'], ['Winsock']])('%j is none, and the build is told in its place', (version) => {
  expect(productOf(version, '10.0.19043')).toBe('Windows 10.0.19043');
});

test('Windows is told by its product and its build', () => {
  const platform = identifyWindows(common, { wineVersion: () => undefined, windowsVersion: () => '10.0.26100' });
  expect(platformSchema.parse(platform)).toMatchObject({ id: 'windows', name: expect.stringMatching(/^windows-.*26100$/), build: '10.0.26100' });
  expect(platform).not.toHaveProperty('wine');
});

test('Wine is told by its own version, and keeps the build that it pretends to be', () => {
  const platform = identifyWindows(common, { wineVersion: () => '10.0 (Staging)', windowsVersion: () => '10.0.19043' });
  expect(platformSchema.parse(platform)).toMatchObject({ id: 'wine', name: 'wine-10.0', wine: '10.0 (Staging)', build: '10.0.19043' });
  expect(platform.os).toMatch(/ as answered by Wine$/);
});

test('sockets of another API are not Winsock', () => {
  expect(isWinsock({ api: 'posix' } as Parameters<typeof isWinsock>[0])).toBe(false);
  expect(isWinsock({ api: 'winsock' } as Parameters<typeof isWinsock>[0])).toBe(true);
});
