import { expect, test } from 'sockatlas/vitest';

/** What a library makes of errno or WSAGetLastError() after recv: here by hand; it could be imported from your own code. */
const mine = {
  name: 'mine',
  classify: (ret: number, code: number, _call: string, platform: string) => {
    if (ret > 0) return 'data';
    if (ret === 0) return 'end';
    const wouldBlock = platform === 'windows' ? [10035] : [11];
    const reset = platform === 'windows' ? [10054] : [104];
    const aborted = platform === 'windows' ? [10053] : [103];
    if (wouldBlock.includes(code)) return 'would-block';
    if (reset.includes(code)) return 'reset';
    return aborted.includes(code) ? 'aborted' : 'other';
  },
  calls: ['recv'] as const,
};

test('my table is right about what Linux and Windows return', () => {
  expect(mine).toClassify({ on: ['linux', 'windows'] });
});

test('a table that takes a reset for "try again" is not', () => {
  const wrong = { ...mine, classify: () => 'would-block' };
  expect(wrong).not.toClassify();
});
