import os from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { loadSockets } from '../../native-bindings/load.ts';
import { NoOpenSSL, OpenSSL, openSSL, type Role, type TlsOnBuffers } from '../../native-bindings/openssl/index.ts';
import { settle } from '../../runner/settle.ts';

const sockets = await loadSockets();
const ssl = openSSL();
const WSAECONNRESET = 10054;

function buffered(role: Role): TlsOnBuffers {
  const end = ssl.onBuffers(role);
  onTestFinished(() => end.free());
  return end;
}

/** Two ends with their handshake done. */
function pair(): { server: TlsOnBuffers; client: TlsOnBuffers } {
  const [server, client] = [buffered('server'), buffered('client')];
  for (let i = 0; i < 2; i++) {
    client.handshake();
    server.feed(client.take());
    server.handshake();
    client.feed(server.take());
  }
  return { server, client };
}

/** Non-blocking, connected sockets. */
function connected(): { accepted: number; peer: number } {
  const listener = sockets.socket('inet', 'stream').ret;
  sockets.bind(listener, { family: 'inet', host: '127.0.0.1', port: 0 });
  sockets.listen(listener, 1);
  const { address } = sockets.getsockname(listener);
  if (address === undefined) throw new Error('getsockname gave no address');
  const peer = sockets.socket('inet', 'stream').ret;
  expect(sockets.connect(peer, address)).toEqual({ ret: 0, code: 0 });
  const accepted = sockets.accept(listener).ret;
  sockets.close(listener);
  for (const s of [accepted, peer]) sockets.setNonBlocking(s, true);
  onTestFinished(() => void sockets.close(accepted));
  return { accepted, peer };
}

test("it is node's own OpenSSL", () => {
  expect(ssl.version).toContain(process.versions.openssl?.replace(/\+.*$/, ''));
});

test('two ends shake hands over buffers, and bytes cross', () => {
  const { server, client } = pair();
  expect(server.protocol).toBe('TLSv1.3');
  expect(client.write(Buffer.from('hello'))).toMatchObject({ ret: 5, error: 0, name: 'SSL_ERROR_NONE', queue: 0 });
  server.feed(client.take());
  const buffer = Buffer.alloc(3);
  expect(server.read(buffer)).toMatchObject({ ret: 3, name: 'SSL_ERROR_NONE', pending: 2, hasPending: true });
  expect(buffer.toString()).toBe('hel');
});

test('no session ticket follows the handshake', () => {
  const { server } = pair();
  expect(server.take()).toHaveLength(0);
});

test('an empty buffer asks to be read again, half of a record too', () => {
  const { server, client } = pair();
  const buffer = new Uint8Array(16);
  expect(server.read(buffer)).toMatchObject({ ret: -1, error: 2, name: 'SSL_ERROR_WANT_READ', queue: 0, pending: 0, hasPending: false });
  client.write(Buffer.from('hello'));
  const record = client.take();
  server.feed(record.subarray(0, 10));
  expect(server.read(buffer)).toMatchObject({ ret: -1, name: 'SSL_ERROR_WANT_READ', pending: 0, hasPending: true });
  server.feed(record.subarray(10));
  expect(server.read(buffer)).toMatchObject({ ret: 5, name: 'SSL_ERROR_NONE' });
});

test('a full buffer asks to be written again, and goes on when there is room', () => {
  const { client } = pair();
  const record = new Uint8Array(16 * 1024);
  expect(client.write(record).ret).toBe(record.length);
  expect(client.write(record)).toMatchObject({ ret: -1, error: 3, name: 'SSL_ERROR_WANT_WRITE' });
  expect(client.take().length).toBeGreaterThan(record.length);
  expect(client.write(record).ret).toBe(record.length);
});

test('close_notify is an end, not an error', () => {
  const { server, client } = pair();
  expect(client.shutdown().ret).toBe(0);
  server.feed(client.take());
  expect(server.read(new Uint8Array(16))).toMatchObject({ ret: 0, error: 6, name: 'SSL_ERROR_ZERO_RETURN', queue: 0 });
});

test('what is no TLS is an error with a code in the queue, which does not colour the next call', () => {
  const { server: other } = pair();
  const server = buffered('server');
  server.feed(Buffer.from('this is plain text, and no TLS'));
  const failed = server.handshake();
  expect(failed).toMatchObject({ ret: -1, error: 1, name: 'SSL_ERROR_SSL' });
  expect(ssl.reasonOf(failed.queue)).toBe('wrong version number');
  expect(other.read(new Uint8Array(16))).toMatchObject({ name: 'SSL_ERROR_WANT_READ', queue: 0 });
});

test("on a socket, a reset is a failed system call with the system's code", async () => {
  const { accepted, peer } = connected();
  const server = ssl.onSocket('server', accepted);
  onTestFinished(() => server.free());
  expect(server.handshake()).toMatchObject({ ret: -1, name: 'SSL_ERROR_WANT_READ' });
  const { SOL_SOCKET, SO_LINGER } = sockets.constants;
  sockets.setsockopt(peer, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
  sockets.close(peer);
  await settle(sockets, accepted, 'reset');
  const code = process.platform === 'win32' ? WSAECONNRESET : os.constants.errno.ECONNRESET;
  expect(server.handshake()).toMatchObject({ ret: -1, error: 5, name: 'SSL_ERROR_SYSCALL', systemCode: code, queue: 0 });
});

test('a node that exports no OpenSSL is said to be one', () => {
  const library = {
    func: () => {
      throw new Error('Cannot find function');
    },
  };
  expect(() => new OpenSSL(library as never)).toThrow(NoOpenSSL);
  expect(() => new OpenSSL(library as never)).toThrow(/^this node exports no OpenSSL: OpenSSL_version, TLS_method, SSL_CTX_new … missing$/);
});

test('an end is freed once, however often it is asked', () => {
  const end = ssl.onBuffers('client');
  end.free();
  end.free();
});
