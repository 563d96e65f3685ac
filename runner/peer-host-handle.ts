import type { Command } from '../platforms/command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { PeerHost } from './peers.ts';
import { StartFailed, startProcess } from './process.ts';

/** Starts a process that holds peers. @throws StartFailed */
export async function startPeerHost(command: Command): Promise<{ readonly host: PeerHost; readonly platform: Platform; stop(): Promise<void> }> {
  const { child, channel, hello, ended } = await startProcess(command, { message: () => {}, close: () => {} });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    channel.destroy();
  };
  const { host, platform } = hello as { host?: PeerHost; platform?: Platform };
  if (host === undefined || platform === undefined) {
    await stop();
    throw new StartFailed(`${command.command} did not start as a peer host`);
  }
  return { host, platform, stop };
}
