import { loadSockets } from '../native-bindings/load.ts';
import type { Handle, Outcome } from '../native-bindings/sockets.ts';
import { PEER_PAYLOAD } from './calls.ts';
import { connectToStarter } from './channel.ts';
import { type PeerAnswer, type PeerRequest, receiveOn, resetOnClose } from './peer.ts';
import { settle } from './settle.ts';
import { mustSucceed } from './setup.ts';

/** A peer in a process of its own, which does what its starter asks until it is killed. Its calls are blocking. */
export async function runPeer(): Promise<void> {
  const sockets = await loadSockets();
  // What fails here is told by number: the names lie with the agent.
  const context = { sockets, nameOf: () => undefined };
  let handle: Handle = -1;

  const perform = (request: Exclude<PeerRequest, { do: 'receive' | 'settle' }>): Outcome => {
    switch (request.do) {
      case 'connect': {
        const outcome = sockets.socket(request.to.family, 'stream');
        mustSucceed(context, outcome, 'socket');
        handle = outcome.ret;
        return sockets.connect(handle, request.to);
      }
      case 'send':
        return sockets.send(handle, PEER_PAYLOAD, request.length, 0);
      case 'shutdown':
        return sockets.shutdown(handle, request.direction);
      case 'reset':
        resetOnClose(context, handle);
        return sockets.close(handle);
      case 'close':
        return sockets.close(handle);
    }
  };

  const answer = async (request: PeerRequest): Promise<PeerAnswer> => {
    try {
      if (request.do === 'receive') return { received: await receiveOn(sockets, handle, request.length) };
      if (request.do === 'settle') await settle(sockets, handle, request.arrival);
      else mustSucceed(context, perform(request), request.do);
      return { done: true };
    } catch (error) {
      return { failed: (error as Error).message };
    }
  };

  const channel = await connectToStarter(
    {},
    {
      message: async (message) => channel.send(await answer(message as PeerRequest)),
      // Its starter is gone: there is nobody left to be a peer for.
      close: () => process.exit(0),
    },
  );
}
