import { suite, times } from '../../runner/scenario.ts';

/** Nothing has happened to the connection. */
export const idle = suite('tcp/idle', 'nothing has happened to the connection', {
  recv: {
    why: 'The control: what recv returns on a healthy connection with nothing to read, twice.',
    before: 'nothing',
    recorded: 'recv×2',
    async run(t) {
      const { S } = await t.tcp();
      await times(2, () => S.recv());
    },
  },
});
