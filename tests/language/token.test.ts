import { expect, test } from 'vitest';
import { namesIn, parseToken, printToken, type Token, unnamed, unnamedStatus } from '../../language/token.ts';
import { bareToken } from '../../language/trace.ts';
import { EXPECTED_PLATFORMS, expectationsFor, patternsOf } from '../../platforms/expectation.ts';
import { shippedRuns } from '../../results/recorded.ts';
import { stories as scenarios } from '../../suites/index.ts';

test.each<[string, Token]>([
  ['data:10', { type: 'data', bytes: 10 }],
  ['sent:8', { type: 'sent', bytes: 8 }],
  ['eof', { type: 'eof' }],
  ['0', { type: 'zero' }],
  ['ok', { type: 'ok' }],
  ['blocked', { type: 'blocked' }],
  ['WSAECONNRESET', { type: 'code', name: 'WSAECONNRESET' }],
  ['SSL_ERROR_WANT_READ', { type: 'code', name: 'SSL_ERROR_WANT_READ' }],
  ['code:4711', { type: 'code', name: unnamed(4711) }],
  ['untouched', { type: 'code', name: 'untouched' }],
  ['so_error:0', { type: 'so_error' }],
  ['so_error:ECONNRESET', { type: 'so_error', name: 'ECONNRESET' }],
  ['status:0', { type: 'status' }],
  ['status:0xC000020D', { type: 'status', name: unnamedStatus(0xc000020d) }],
  ['poll:0', { type: 'poll', events: [] }],
  ['poll:IN|OUT|ERR|HUP', { type: 'poll', events: ['IN', 'OUT', 'ERR', 'HUP'] }],
  ['select:r-x', { type: 'select', read: true, write: false, except: true }],
  ['select:---', { type: 'select', read: false, write: false, except: false }],
  ['events:0', { type: 'events', events: [] }],
  ['events:READ|CLOSE=WSAECONNABORTED', { type: 'events', events: [{ event: 'READ' }, { event: 'CLOSE', name: 'WSAECONNABORTED' }] }],
])('%s', (text, token) => {
  expect(printToken(token)).toBe(text);
  expect(parseToken(text)).toEqual(token);
});

test.each([
  ...['', 'econnreset', 'data:', 'data:x', 'data:-1', 'data:007', 'sent', 'data:1|2', 'code:', 'so_error:', 'so_error:eof', 'status:0xc000020d'],
  ...['poll:', 'poll:OUT|IN', 'poll:IN|IN', 'poll:RD', 'poll:IN|', 'select:rwxx', 'select:xwr', 'select:', 'events:OPEN', 'events:CLOSE=', 'events:CLOSE=x'],
  ...['?', 'eof…', 'eof ', 'data:1\n', 'constructor:1', 'ok:1'],
])('%j is no token', (text) => expect(parseToken(text)).toBeUndefined());

test('poll names its events in one order', () => expect(printToken({ type: 'poll', events: ['HUP', 'IN'] })).toBe('poll:IN|HUP'));

test('the codes of a token', () => {
  const names = ['eof', 'poll:IN', 'so_error:0', 'ECONNRESET', 'so_error:EPIPE', 'status:STATUS_PENDING', 'events:READ|CLOSE=WSAENETDOWN'];
  expect(names.map((text) => namesIn(parseToken(text) as Token))).toEqual([[], [], [], ['ECONNRESET'], ['EPIPE'], ['STATUS_PENDING'], ['WSAENETDOWN']]);
});

test('every token that is recorded or expected is read, and written the same', () => {
  const recorded = shippedRuns().flatMap(({ run }) => run.scenarios.flatMap(({ traces }) => traces.flatMap(({ trace }) => trace)));
  const patterns = EXPECTED_PLATFORMS.flatMap((platform) => scenarios.flatMap(({ id }) => expectationsFor(platform, id).flatMap(patternsOf)));
  const texts = new Set([...recorded, ...patterns.flat().map(bareToken)]);
  texts.delete('?');
  expect(texts.size).toBeGreaterThan(50);
  for (const text of texts) expect([text, printToken(parseToken(text) ?? { type: 'blocked' })]).toEqual([text, text]);
});
