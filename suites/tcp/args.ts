import { suite } from '../../runner/scenario.ts';

/** The connection is well, the arguments are not. */
export const args = suite('tcp/args', 'unusual arguments on a healthy connection', {
  'null-buffer': {
    why: 'recv into a NULL buffer: which code, and is the data kept for the next recv?',
    steps: 'P send 10; S recv 10 NULL; S recv',
  },
  'zero-length-recv': {
    why: 'A recv of 0 bytes returns 0, which is not an end of stream. What does it return while nothing has arrived?',
    steps: 'S recv 0; P send 10; S recv 0; S recv',
  },
  'oob-none': {
    why: 'recv with MSG_OOB, and there is no urgent data: which code?',
    steps: 'S recv 16 MSG_OOB',
  },
});
