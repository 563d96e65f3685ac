import { suite } from '../../runner/scenario.ts';

/** A call that gives up. */
export const timeout = suite('tcp/timeout', 'a blocking call runs into its timeout', {
  receive: {
    why: 'Which code does recv give when SO_RCVTIMEO runs out?',
    steps: '(S blocking); (S rcvtimeo 100); S recv 16',
  },
});
