import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * How processes of sockatlas talk: lines of JSON over a loopback TCP connection. Not over stdio: a Windows node under Wine cannot use pipes
 * (a Unix pipe is no NT pipe).
 */
export interface Channel {
  send(message: unknown): void;
  /** Ends after what was sent has left. */
  end(): Promise<void>;
  destroy(): void;
}

/** The environment variable with the starter's port and the token. `ps` does not show it to other users. */
export const CHANNEL_VARIABLE = 'SOCKATLAS_CHANNEL';

export interface Listener {
  message(message: unknown): void;
  close(): void;
}

export function channelOver(socket: Socket, listener: Listener): Channel {
  socket.setNoDelay(true);
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // Half a line, from a process that died as it wrote.
      return;
    }
    listener.message(message);
  });
  // An error is always followed by a close. Only the close matters here: the other side has ended.
  socket.on('error', () => {});
  socket.on('close', () => listener.close());
  return {
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    end: () => new Promise((resolve) => socket.end(resolve)),
    destroy: () => void socket.destroy(),
  };
}

/** Connects a started process to its starter. `hello` goes with the token. @throws Error where it was not started by sockatlas, or its starter is gone */
export async function connectToStarter(hello: object, listener: Listener): Promise<Channel> {
  const [, port, token] = /^(\d+):([0-9a-f]+)$/.exec(process.env[CHANNEL_VARIABLE] ?? '') ?? [];
  if (port === undefined) throw new Error('this program is started by sockatlas itself; run `sockatlas --help`');
  const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const channel = channelOver(socket, listener);
  channel.send({ type: 'hello', token, ...hello });
  return channel;
}
