import { parentPort } from 'node:worker_threads';
import { loadSockets } from '../native-bindings/load.ts';
import type { ThreadMessage, ThreadRequest } from './blocking.ts';
import { perform } from './calls.ts';

const port = parentPort;
if (port === null) throw new Error('blocking-thread is started by runner/blocking.ts, as a thread');
const say = (message: ThreadMessage) => port.postMessage(message);

const sockets = await loadSockets();
port.on('message', ({ s, call }: ThreadRequest) => {
  say({ calling: true });
  say({ result: perform(sockets, s, call) });
});
