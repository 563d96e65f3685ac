import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Door } from './channel.ts';
import { Conversation } from './conversation.ts';
import { StartFailed } from './process.ts';

export interface PeerHost {
  readonly door: Door;
  readonly platform: Platform;
  /** How its process ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a process that holds peers. @throws StartFailed */
export async function startPeerHost(command: Command): Promise<PeerHost> {
  const conversation = await Conversation.start(command);
  const stop = () => conversation.stop();
  const { host: door, platform } = conversation.hello as { host?: Door; platform?: Platform };
  if (door === undefined || platform === undefined) {
    await stop();
    throw new StartFailed(`${command.command} did not start as a peer host`);
  }
  return { door, platform, ended: conversation.ended, stop };
}
