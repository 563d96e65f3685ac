import { suite } from '../../runner/scenario.ts';

const RECEIVE_TIMEOUT_MS = 100;

/** A call that gives up. */
export const timeout = suite('tcp/timeout', 'a blocking call runs into its timeout', {
  receive: {
    why: 'Which code does recv give when SO_RCVTIMEO runs out?',
    before: `S blocking, SO_RCVTIMEO ${RECEIVE_TIMEOUT_MS} ms`,
    recorded: 'recv(16)',
    waits: true,
    async run(t) {
      const { S } = await t.tcp({ blocking: true });
      S.setReceiveTimeout(RECEIVE_TIMEOUT_MS);
      await S.recv(16);
    },
  },
});
