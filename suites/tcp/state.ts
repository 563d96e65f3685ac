import { suite, times } from '../../runner/scenario.ts';

/** S is no connected socket. */
export const state = suite('tcp/state', 'S is not a connected socket', {
  unconnected: {
    why: 'What do recv and send return on a socket that was never connected?',
    before: 'S is a fresh socket',
    recorded: 'recv×2, send(8)',
    async run(t) {
      const S = t.socket(t.parameters.family);
      S.setNonBlocking();
      await times(2, () => S.recv());
      await S.send(8);
    },
  },
  listening: {
    why: 'What do recv and send return on a listening socket?',
    before: 'S is a listening, non-blocking socket',
    recorded: 'recv, send(8)',
    async run(t) {
      const { L } = t.listener();
      L.setNonBlocking();
      await L.recv();
      await L.send(8);
    },
  },
  'listening-blocking': {
    why: 'The same on a blocking listener: does recv fail, or never return?',
    before: 'S is a listening, blocking socket',
    recorded: 'recv',
    waits: true,
    async run(t) {
      const { L } = t.listener();
      await L.recv();
    },
  },
  'closed-handle': {
    why: 'Which code does recv give for a handle that was closed?',
    before: 'S was closed',
    recorded: 'recv',
    async run(t) {
      const { S } = await t.tcp();
      // Nothing may be awaited in between: another socket could be given the same handle.
      S.close();
      await S.recv();
    },
  },
});
