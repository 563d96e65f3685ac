import type { Command } from '../platforms/command.ts';
import { type PeerHostMessage, peerHostMessageSchema } from './agent-protocol.ts';
import { startReady } from './conversation.ts';

export type PeerHost = Awaited<ReturnType<typeof startPeerHost>>;

/** Starts a process that holds peers; `ended` tells how it ended. @throws StartFailed */
export async function startPeerHost(command: Command) {
  const { conversation, ready } = await startReady<never, PeerHostMessage>(command, peerHostMessageSchema, 'peer host');
  return { door: ready.door, platform: ready.platform, ended: conversation.ended, stop: () => conversation.stop() };
}
