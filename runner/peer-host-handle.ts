import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import { type PeerHostMessage, peerHostMessageSchema } from './agent-protocol.ts';
import type { Door } from './channel.ts';
import { startReady } from './conversation.ts';

export interface PeerHost {
  readonly door: Door;
  readonly platform: Platform;
  /** How its process ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a process that holds peers. @throws StartFailed */
export async function startPeerHost(command: Command): Promise<PeerHost> {
  const { conversation, ready } = await startReady<never, PeerHostMessage>(command, peerHostMessageSchema, 'peer host');
  const { door, platform } = ready;
  return { door, platform, ended: conversation.ended, stop: () => conversation.stop() };
}
