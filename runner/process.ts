import type { ChildProcess } from 'node:child_process';
import spawn from 'cross-spawn';
import type { Command } from '../platforms/command.ts';
import { CHANNEL_VARIABLE, type Channel, type Listener } from './channel.ts';
import { deferred } from './deferred.ts';
import { type OpenDoor, openDoor } from './door.ts';
import { Watchdog } from './watchdog.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly channel: Channel;
  /** How the process ended, in words: `exit code 1`, `signal SIGKILL`, with the last of what it wrote to stderr. */
  readonly ended: Promise<string>;
}

/** The process did not start, or did not speak. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

/** ms for a process to connect back. */
export const START_TIMEOUT_MS = 30_000;
/** ms for the connection of a process that has ended to be seen. */
const LAST_MS = 300;
const STDERR_BYTES = 2000;

/** Starts a process and waits for it to connect back. @throws StartFailed */
export async function startProcess(command: Command, listener: Listener): Promise<Started> {
  const arrived = deferred<Channel>();
  let door: OpenDoor;
  let isConnected = false;
  try {
    door = await openDoor((channel) => {
      isConnected = true;
      door.close();
      arrived.resolve(channel);
      return listener;
    });
  } catch (error) {
    throw new StartFailed(`no process can connect back on 127.0.0.1: ${advised((error as Error).message)}`);
  }
  const child = spawn(command.command, [...command.args], {
    env: { ...process.env, ...command.env, [CHANNEL_VARIABLE]: `${door.port}:${door.token}` },
    stdio: ['ignore', 'ignore', command.stderr],
    windowsHide: true,
  });
  const ended = endOf(child);
  const fail = (why: string) => arrived.reject(new StartFailed(`${command.command} ${why}`));
  ended.then((how) => {
    // What it sent, and ended right after, may not have been read yet.
    if (!isConnected) new Watchdog(LAST_MS, () => fail(advised(`ended before it connected back: ${how}`)));
  });
  const watchdog = new Watchdog(START_TIMEOUT_MS, () => fail(`did not connect back within ${START_TIMEOUT_MS / 1000} s`));
  try {
    return { child, channel: await arrived.promise, ended };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    watchdog.stop();
    door.close();
  }
}

const NO_LOOPBACK = 'this machine, or this network namespace, has no loopback interface that is up (on Linux: ip link set lo up)';
const ADVICE: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: NO_LOOPBACK,
  ENETUNREACH: NO_LOOPBACK,
  EADDRINUSE: 'every local port is in use (on Linux: net.ipv4.ip_local_port_range)',
  EMFILE: 'this process may not open more files (ulimit -n)',
};

/** What was said, with what to do where a code in it tells. */
function advised(said: string): string {
  const [, advice] = Object.entries(ADVICE).find(([code]) => said.includes(code)) ?? [];
  return advice === undefined ? said : `${said}: ${advice}`;
}

function endOf(child: ChildProcess): Promise<string> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      const tell = () => resolve(`${signal === null ? `exit code ${code}` : `signal ${signal}`}${stderr === '' ? '' : `: ${stderr.trim()}`}`);
      // The last part of stderr may not have been read from the pipe yet; and what it started may hold that open for ever.
      const late = setTimeout(tell, LAST_MS);
      child.once('close', () => {
        clearTimeout(late);
        tell();
      });
    });
  });
}
