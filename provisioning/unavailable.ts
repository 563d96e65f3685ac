import { EnvironmentError } from '../platforms/environment-error.ts';
import { ToolFailed } from './tool.ts';

/** A lane cannot be had on this machine. The message says why, and what to do where something can be done. */
export class WineUnavailable extends EnvironmentError {
  override readonly name = 'WineUnavailable';
}

/** `work`, whose tools' failures are those of the lane: `what` says what cannot be done. @throws WineUnavailable */
export function withTools<T>(what: string, work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw error instanceof ToolFailed ? new WineUnavailable(`${what}. ${error.message}`) : error;
  });
}

/** Why no Windows program of ours can run under Wine on such a machine, or undefined where it can. */
export function unsupportedMachine(platform: string, arch: string): string | undefined {
  if (platform === 'linux' && arch === 'x64') return undefined;
  return `agents on Wine run on Linux on x64; this is ${platform} on ${arch}`;
}
