import { loadSockets } from '../native-bindings/load.ts';
import type { Handle, Outcome, Sockets } from '../native-bindings/sockets.ts';
import { PEER_PAYLOAD } from './calls.ts';
import { connectToStarter } from './channel.ts';
import { type PeerAnswer, type PeerRequest, receiveOn, resetOnClose } from './peer-protocol.ts';
import { settle } from './settle.ts';
import { mustSucceed } from './setup.ts';

export interface ServedPeer {
  answer(request: PeerRequest): Promise<PeerAnswer>;
  /** Closes what it has open: nobody will ask it any more. */
  end(): void;
}

/** A peer that does what it is asked, on one socket. Its calls are blocking. */
export function servePeer(sockets: Sockets): ServedPeer {
  // What fails here is told by number: the names lie with the agent.
  const context = { sockets, nameOf: () => undefined };
  let handle: Handle = -1;
  const close = () => {
    const closed = handle;
    handle = -1;
    return sockets.close(closed);
  };

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
        return close();
      case 'close':
        return close();
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
  return {
    answer,
    end: () => {
      if (handle !== -1) close();
    },
  };
}

/** A peer in a process of its own, which does what its starter asks until it is killed. */
export async function runPeer(): Promise<void> {
  const { answer } = servePeer(await loadSockets());
  const channel = await connectToStarter(
    {},
    {
      message: async (message) => channel.send(await answer(message as PeerRequest)),
      // Its starter is gone: there is nobody left to be a peer for.
      close: () => process.exit(0),
    },
  );
}
