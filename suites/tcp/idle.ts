import { suite } from '../../runner/scenario.ts';

/** Nothing has happened to the connection. */
export const idle = suite('tcp/idle', 'nothing has happened to the connection', {
  recv: {
    why: 'The control: what recv returns on a healthy connection with nothing to read, twice.',
    steps: 'S recv ×2',
  },
});
