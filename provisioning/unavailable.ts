import { EnvironmentError } from '../platforms/environment-error.ts';

/** A lane cannot be had on this machine. The message says why, and what to do where something can be done. */
export class WineUnavailable extends EnvironmentError {
  override readonly name = 'WineUnavailable';
}

/** Why no Windows program of ours can run under Wine on such a machine, or undefined where it can. */
export function unsupportedMachine(platform: string, arch: string): string | undefined {
  if (platform === 'linux' && arch === 'x64') return undefined;
  return `agents on Wine run on Linux on x64; this is ${platform} on ${arch}`;
}
