import { describe, expect, test } from 'vitest';
import { act, deviating, type End, endModel, type Model, rulesIn, rulesOf, type Wire, without } from '../../language/model.ts';

interface Echo extends End {
  heard: number;
}

const on = rulesOf<Echo>();
const source = ['nobody'];

/** An end that sends back what it hears. */
const echo = endModel<Echo>({
  fresh: () => ({ blocking: false, rcvtimeo: 0, unread: 0, heard: 0 }),
  isFull: () => false,
  rules: [
    ...on('data', [
      {
        name: 'arrives: data, sent back',
        when: (_, { bytes }) => bytes > 1,
        does: (s, { bytes }, wire) => {
          s.heard += bytes;
          wire.push({ type: 'data', bytes });
          return undefined;
        },
        source,
        evidence: 'measured',
      },
    ]),
    ...on(
      ['readable', 'recv'],
      [
        { name: 'nothing yet', when: (s) => s.heard === 0, does: () => undefined, source, evidence: 'measured' },
        {
          name: 'what was heard',
          either: [
            { name: 'as it is', does: (s) => ({ type: 'readable', bytes: s.heard }), source, evidence: 'reported' },
            { name: 'doubled', does: (s) => ({ type: 'readable', bytes: 2 * s.heard }), source, evidence: 'inferred' },
          ],
        },
      ],
    ),
    ...on('poll', [{ name: 'poll', unknown: 'nobody asked' }]),
  ],
});
const model: Model = { platform: 'echo', deliversAtOnce: true, ends: { tcp: echo, unix: 'no paths', udp: 'no datagrams' } };

const first = () => 0;
const wire: Wire = [];

describe('an end', () => {
  test('answers by the first rule of a table that applies, and sends what the rule sends', () => {
    const state = echo.fresh('connected');
    expect(act(echo, state, 'readable', {}, wire, first)).toMatchObject({ used: { name: 'nothing yet' }, token: undefined });
    expect(act(echo, state, 'data', { bytes: 3 }, wire, first)).toMatchObject({ used: { name: 'arrives: data, sent back' } });
    expect(wire.splice(0)).toEqual([{ type: 'data', bytes: 3 }]);
    expect(act(echo, state, 'readable', {}, wire, first)).toMatchObject({ used: { name: 'as it is' }, token: { bytes: 3 } });
    expect(act(echo, state, 'readable', {}, wire, ({ either }) => either.length - 1)).toMatchObject({ used: { name: 'doubled' }, token: { bytes: 6 } });
  });

  test('is plain data: a copy goes on as the end itself', () => {
    const state = structuredClone(echo.fresh('connected'));
    act(echo, state, 'data', { bytes: 2 }, [], first);
    expect(act(echo, structuredClone(state), 'readable', {}, wire, first)).toMatchObject({ token: { bytes: 2 } });
  });

  test('does nothing at what arrives and has no rule, says why it does not know, and must know every call', () => {
    const state = echo.fresh('connected');
    expect(act(echo, state, 'data', { bytes: 1 }, wire, first)).toBeUndefined();
    expect(act(echo, state, 'fin', {}, wire, first)).toBeUndefined();
    expect(act(echo, state, 'poll', {}, wire, first)).toMatchObject({ unknown: 'nobody asked' });
    expect(() => act(echo, state, 'select', {}, wire, first)).toThrow('no rule for select');
  });
});

test('a deviation stands in place of a rule, or before it', () => {
  const rules = on('readable', [{ name: 'mine', does: () => ({ type: 'readable', bytes: 7 }), source, evidence: 'measured' }]);
  const names = (end: { readonly rules: readonly { readonly name: string }[] }) => end.rules.map(({ name }) => name);
  expect(names(deviating(echo, [{ before: 'nothing yet', rules }]))).toEqual(['arrives: data, sent back', 'mine', 'nothing yet', 'what was heard', 'poll']);
  const instead = deviating(echo, [{ instead: 'nothing yet', rules }]);
  expect(names(instead)).toEqual(['arrives: data, sent back', 'mine', 'what was heard', 'poll']);
  expect(act(instead, echo.fresh('connected'), 'readable', {}, wire, first)).toMatchObject({ token: { bytes: 7 } });
  expect(() => deviating(echo, [{ instead: 'no such', rules }])).toThrow('no rule is named "no such"');
});

test('a mutant lacks one rule; the model keeps it', () => {
  const mutant = without(model, 'nothing yet');
  expect(rulesIn(mutant).map(({ name }) => name)).toEqual(['arrives: data, sent back', 'what was heard', 'poll']);
  expect(rulesIn(model)).toHaveLength(4);
  expect(() => without(model, 'no such')).toThrow('no rule is named "no such"');
});
