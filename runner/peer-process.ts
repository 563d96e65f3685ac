import type { CodePlatform } from '../language/code.ts';
import { loadSockets } from '../native-bindings/load.ts';
import type { Address, Handle, Outcome, Sockets } from '../native-bindings/sockets.ts';
import { socketCode } from '../platforms/codes.ts';
import { PEER_PAYLOAD } from './calls.ts';
import { connectToStarter } from './channel.ts';
import { connectPeer, type PeerAnswer, type PeerRequest, receiveOn, resetOnClose } from './peer-protocol.ts';
import { settle } from './settle.ts';
import { EnvironmentFailure, mustSucceed } from './setup.ts';

export interface ServedPeer {
  answer(request: PeerRequest): Promise<PeerAnswer>;
  /** Closes what it has open: nobody will ask it any more. */
  end(): void;
}

/** A peer that does what it is asked, on one socket. Its calls are blocking. */
export function servePeer(sockets: Sockets): ServedPeer {
  const platform = process.platform === 'win32' ? 'windows' : (process.platform as CodePlatform);
  const context = { sockets, nameOf: (code: number) => socketCode(platform, code)?.name };
  let handle: Handle = -1;
  const close = () => {
    const closed = handle;
    handle = -1;
    return sockets.close(closed);
  };

  const connect = (to: Address): Address => {
    const outcome = sockets.socket(to.family, 'stream');
    mustSucceed(context, outcome, 'socket');
    handle = outcome.ret;
    return connectPeer(context, handle, to);
  };

  const perform = (request: Exclude<PeerRequest, { do: 'connect' | 'receive' | 'settle' }>): Outcome => {
    switch (request.do) {
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
      if (request.do === 'connect') return { connected: connect(request.to) };
      if (request.do === 'receive') return { received: await receiveOn(sockets, handle, request.length) };
      if (request.do === 'settle') await settle(sockets, handle, request.arrival);
      else mustSucceed(context, perform(request), request.do);
      return { done: true };
    } catch (error) {
      return { failed: (error as Error).message, environment: error instanceof EnvironmentFailure };
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
      message: async (message) => channel.send(await answer(message as unknown as PeerRequest)),
      // Its starter is gone: there is nobody left to be a peer for.
      close: () => process.exit(0),
    },
  );
}
