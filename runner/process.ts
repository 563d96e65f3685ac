import type { ChildProcess } from 'node:child_process';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import spawn from 'cross-spawn';
import type { Command } from '../platforms/command.ts';
import { CHANNEL_VARIABLE, type Channel, channelOver, type Listener } from './channel.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly channel: Channel;
  readonly hello: Readonly<Record<string, unknown>>;
  /** How the process ended, in words: `exit code 1`, `signal SIGKILL`, with the last of what it wrote to stderr. */
  readonly ended: Promise<string>;
}

/** The process did not start, or did not speak. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

/** ms for a process to connect back, and for an agent to be ready then. */
export const START_TIMEOUT_MS = 30_000;
const HELLO_BYTES = 8192;
const STDERR_BYTES = 2000;

/** Starts a process and waits for it to connect back. @throws StartFailed */
export async function startProcess(command: Command, listener: Listener): Promise<Started> {
  const token = randomBytes(32).toString('hex');
  const server = await listen();
  const { port } = server.address() as { port: number };
  const child = spawn(command.command, [...command.args], {
    env: { ...process.env, ...command.env, [CHANNEL_VARIABLE]: `${port}:${token}` },
    stdio: ['ignore', 'ignore', command.stderr],
    windowsHide: true,
  });
  const ended = endOf(child);
  const strangers = new Set<Socket>();
  try {
    const { channel, hello } = await Promise.race([
      authenticated(server, token, listener, strangers),
      ended.then((how) => Promise.reject(new StartFailed(`${command.command} ended before it connected back: ${how}`))),
      timeout(START_TIMEOUT_MS, `${command.command} did not connect back within ${START_TIMEOUT_MS / 1000} s`),
    ]);
    return { child, channel, hello, ended };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    server.close();
    for (const socket of strangers) socket.destroy();
  }
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return server;
}

/**
 * The first connection that knows the token, as a channel whose further messages go to `listener`. Others are closed: any program of this machine may connect to
 * a loopback port.
 */
function authenticated(
  server: Server,
  token: string,
  listener: Listener,
  strangers: Set<Socket>,
): Promise<{ channel: Channel; hello: Record<string, unknown> }> {
  return new Promise((resolve) => {
    server.on('connection', (socket) => {
      let isKnown = false;
      strangers.add(socket);
      // One reader from the first byte on: what follows the hello may come in one packet with it.
      const channel = channelOver(socket, {
        message: (message) => {
          if (isKnown) return listener.message(message);
          const hello = asHello(message, token);
          if (hello === undefined) return channel.destroy();
          isKnown = true;
          strangers.delete(socket);
          socket.off('data', limit);
          resolve({ channel, hello });
        },
        close: () => {
          if (isKnown) listener.close();
        },
      });
      const limit = () => socket.bytesRead > HELLO_BYTES && socket.destroy();
      socket.on('data', limit);
    });
  });
}

/** The hello message, if it has the right token; undefined for every other message. */
function asHello(message: unknown, token: string): Record<string, unknown> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, token: given, ...hello } = message as Record<string, unknown>;
  if (type !== 'hello' || typeof given !== 'string' || given.length !== token.length) return undefined;
  return timingSafeEqual(Buffer.from(given), Buffer.from(token)) ? hello : undefined;
}

function endOf(child: ChildProcess): Promise<string> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      // The last part of stderr may not have been read from the pipe yet.
      setImmediate(() => resolve(`${signal === null ? `exit code ${code}` : `signal ${signal}`}${stderr === '' ? '' : `: ${stderr.trim()}`}`));
    });
  });
}

export function timeout(ms: number, message: string): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new StartFailed(message)), ms).unref());
}
