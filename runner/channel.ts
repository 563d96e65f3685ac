import { createConnection, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { Watchdog } from './watchdog.ts';

/**
 * How processes of sockatlas talk: lines of JSON over a loopback TCP connection. Not over stdio: a Windows node under Wine cannot use pipes
 * (a Unix pipe is no NT pipe).
 */
export interface Channel {
  send(message: object): void;
  /** Ends after what was sent has left. */
  end(): Promise<void>;
  destroy(): void;
}

/** A message is a JSON object; what it must hold is for the one who hears it to check. */
export type Message = Readonly<Record<string, unknown>>;

export interface Listener {
  message(message: Message): void;
  close(): void;
}

/** The environment variable with the starter's port and the token. `ps` does not show it to other users. */
export const CHANNEL_VARIABLE = 'SOCKATLAS_CHANNEL';

/** Characters of the longest message: a scenario with 1,000 different traces of 1,000 calls takes less. */
const LONGEST = 256 * 1024 * 1024;

/** A line that is no message closes the channel. `longest` says what the longest line is for now, in characters, where that is less than any: a longer one closes the channel. */
export function channelOver(socket: Socket, listener: Listener, longest: () => number | undefined = () => undefined): Channel {
  socket.setNoDelay(true);
  const decoder = new StringDecoder('utf8');
  let line = '';
  socket.on('data', (bytes) => {
    const [rest = '', ...ended] = decoder.write(bytes).split('\n').reverse();
    for (const part of ended.reverse()) {
      const whole = line + part;
      line = '';
      const message = parsed(whole);
      if (message === undefined) socket.destroy();
      else listener.message(message);
      if (socket.destroyed) return;
    }
    line += rest;
    if (line.length > (longest() ?? LONGEST)) socket.destroy();
  });
  // An error (a reset, where the other process was killed) is always followed by a close. Only the close matters here: the other side has ended.
  socket.on('error', () => {});
  socket.on('close', () => listener.close());
  return {
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    end: () => new Promise((resolve) => socket.end(resolve)),
    destroy: () => void socket.destroy(),
  };
}

/** undefined for what is no message, and what no process of ours sends as a whole line. */
function parsed(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** Connects a started process to its starter. @throws Error where it was not started by sockatlas, or its starter is gone */
export async function connectToStarter(listener: Listener): Promise<Channel> {
  const [, port, token] = /^(\d+):([0-9a-f]+)$/.exec(process.env[CHANNEL_VARIABLE] ?? '') ?? [];
  if (port === undefined || token === undefined) throw new Error('this program is started by sockatlas itself; run `sockatlas --help`');
  // What a user's module starts needs no way to the starter.
  delete process.env[CHANNEL_VARIABLE];
  return connectTo({ port: Number(port), token }, listener);
}

/** Where a process of sockatlas listens, and the token that it wants to hear first. */
export interface Door {
  readonly port: number;
  readonly token: string;
}

/** ms for a connection over loopback. On Wine one was seen that was made, and never said to be. */
const CONNECT_MS = 5000;

/** @throws Error where nobody listens there */
export async function connectTo({ port, token }: Door, listener: Listener): Promise<Channel> {
  const socket = createConnection({ host: '127.0.0.1', port });
  const watchdog = new Watchdog(CONNECT_MS, () => socket.destroy(new Error(`no connection to 127.0.0.1:${port} within ${CONNECT_MS / 1000} s`)));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject)).finally(() => watchdog.stop());
  const channel = channelOver(socket, listener);
  channel.send({ type: 'hello', token });
  return channel;
}
