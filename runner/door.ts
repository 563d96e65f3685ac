import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { type Channel, channelOver, connectTo, type Door, type Listener } from './channel.ts';

/** What a stranger may send, for how long it may stay, and how many may at a time. */
const HELLO_CHARACTERS = 8192;
const HELLO_MS = 5000;
const MOST_STRANGERS = 32;

export interface OpenDoor extends Door {
  /** Lets nobody in any more, and turns away who has not said the token. Channels stay. */
  close(): void;
}

/**
 * Listens on loopback. Any program of this machine, of any user, may connect there: who does not say the token at once is a stranger, and is turned away.
 * `arrived` is told of each that does, and returns who hears the rest.
 *
 * @throws Error where there is no loopback, or no descriptor left
 */
export async function openDoor(arrived: (channel: Channel) => Listener): Promise<OpenDoor> {
  const token = randomBytes(32).toString('hex');
  const strangers = new Set<Socket>();
  const server = createServer((socket) => {
    const [first] = strangers;
    if (first !== undefined && strangers.size >= MOST_STRANGERS) first.destroy();
    strangers.add(socket);
    const late = setTimeout(() => socket.destroy(), HELLO_MS).unref();
    let known: Listener | undefined;
    // One reader from the first byte on: what follows the hello may come in one packet with it.
    const channel = channelOver(
      socket,
      {
        message: (message) => {
          if (known !== undefined) return known.message(message);
          if (message.type !== 'hello' || !isSame(message.token, token)) return channel.destroy();
          clearTimeout(late);
          strangers.delete(socket);
          known = arrived(channel);
        },
        close: () => {
          clearTimeout(late);
          strangers.delete(socket);
          known?.close();
        },
      },
      () => (known === undefined ? HELLO_CHARACTERS : undefined),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  // Where no descriptor is left to accept with, who wanted to come in is late.
  server.on('error', () => {});
  const { port } = server.address() as { port: number };
  const close = () => {
    server.close();
    for (const socket of strangers) socket.destroy();
  };
  await mustBeReachable(port).catch((error) => {
    close();
    throw error;
  });
  return { port, token, close };
}

/** Windows is never without loopback. */
let isReachable = process.platform === 'win32';

/** Without loopback a port can still be listened on; only a connection tells. @throws Error where there is none */
async function mustBeReachable(port: number): Promise<void> {
  if (isReachable) return;
  const channel = await connectTo({ port, token: '' }, { message: () => {}, close: () => {} });
  channel.destroy();
  isReachable = true;
}

function isSame(said: unknown, token: string): boolean {
  const [given, wanted] = [Buffer.from(typeof said === 'string' ? said : ''), Buffer.from(token)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
