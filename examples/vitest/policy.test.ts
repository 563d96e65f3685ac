import { expect, test } from 'sockatlas/vitest';

/** Closes at the end of the stream alone: right on Linux, where a reset is told once and then reads as the end; on Windows it never closes. */
const onTheEnd = {
  name: 'on the end',
  start: {},
  poll: (state: object, { answer }: { answer: { ret: number } }) =>
    answer.ret === 0 ? ({ action: 'close', why: 'the end', state } as const) : ({ action: 'keep', why: 'goes on', state } as const),
};

/** Closes on every error but "try again" too. */
const onErrors = {
  ...onTheEnd,
  name: 'on errors',
  poll: (state: object, { answer }: { answer: { ret: number; meaning: string } }) =>
    answer.ret === 0 || (answer.ret < 0 && answer.meaning !== 'would-block')
      ? ({ action: 'close', why: 'the end, or an error', state } as const)
      : ({ action: 'keep', why: 'goes on', state } as const),
};

test('closing on the end alone is enough on Linux', () => {
  expect(onTheEnd).toCloseAfter('P reset', { on: ['linux'] });
});

test('and not on Windows', () => {
  expect(onTheEnd).not.toCloseAfter('P reset', { on: ['windows'] });
});

test('closing on errors is enough everywhere, after unread data too', () => {
  expect(onErrors).toCloseAfter('P reset');
  expect(onErrors).toCloseAfter('P send 10; P reset');
});
