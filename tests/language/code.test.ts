import { expect, test, vi } from 'vitest';
import { apiOf, type Code, Codes, codeSystem, platformsWith } from '../../language/code.ts';

const code = (name: string, number: number, domain: Code['domain'] = 'errno', more: Partial<Code> = {}): Code => ({
  ...{ name, number, domain, meaning: 'other', text: '' },
  ...more,
});
const list = vi.fn((system: string): readonly Code[] => {
  if (system === 'linux') return [code('EAGAIN', 11, 'errno', { aliases: ['EWOULDBLOCK'] }), code('ECONNRESET', 104)];
  return [code('WSAEWOULDBLOCK', 10035, 'winsock'), code('WSAECONNRESET', 10054, 'winsock'), code('STATUS_PENDING', 259, 'ntstatus')];
});
const codes = new Codes({ list, crt: () => ({ ECONNRESET: 108 }), otherErrno: () => ['EXDEV'] });

test('Wine speaks the codes of Windows', () => {
  expect(codeSystem('wine')).toBe('windows');
  expect([apiOf({ id: 'wine' }), apiOf({ id: 'darwin' })]).toEqual(['winsock', 'posix']);
  expect([platformsWith('posix'), platformsWith('winsock')]).toEqual([
    ['linux', 'darwin'],
    ['windows', 'wine'],
  ]);
  expect(codes.socketCode('wine', 10054)).toBe(codes.named('windows', 'WSAECONNRESET'));
  expect(list.mock.calls.filter(([system]) => system === 'windows')).toHaveLength(1);
});

test('a code is found by its number, its name and its alias', () => {
  expect(codes.socketCode('linux', 104)?.name).toBe('ECONNRESET');
  expect(codes.named('linux', 'EWOULDBLOCK')?.name).toBe('EAGAIN');
  expect([codes.socketCode('linux', 10054), codes.named('linux', 'WSAECONNRESET'), codes.named('linux', 'constructor')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('no socket call leaves an NTSTATUS', () => {
  expect(codes.ntStatus('windows', 259)?.name).toBe('STATUS_PENDING');
  expect([codes.socketCode('windows', 259), codes.ntStatus('windows', 10054)]).toEqual([undefined, undefined]);
});

test.each([
  ['windows', 'ECONNRESET', 'WSAECONNRESET'],
  ['windows', 'EAGAIN', 'WSAEWOULDBLOCK'],
  ['windows', 'EWOULDBLOCK', 'WSAEWOULDBLOCK'],
  ['linux', 'WSAEWOULDBLOCK', 'EAGAIN'],
  ['linux', 'WSAESHUTDOWN', undefined],
  ['windows', 'STATUS_PENDING', undefined],
] as const)('on %s %s is %s', (platform, name, same) => expect(codes.counterpart(platform, name)?.name).toBe(same));

test('the C runtime has numbers of its own', () => {
  expect([codes.crtNumber('ECONNRESET'), codes.crtName(108), codes.crtNumber('toString'), codes.crtName(1)]).toEqual([108, 'ECONNRESET', undefined, undefined]);
});

test('a name of errno.h that no socket call sets is known by its name alone', () => {
  expect([codes.isOtherErrno('EXDEV'), codes.isOtherErrno('EXDEW'), codes.named('linux', 'EXDEV')]).toEqual([true, false, undefined]);
});
