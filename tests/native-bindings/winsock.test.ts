import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Address } from '../../language/address.ts';
import { loadSockets } from '../../native-bindings/load.ts';
import type { Family, SocketType } from '../../native-bindings/sockets.ts';
import { isWinsock } from '../../native-bindings/winsock/is-winsock.ts';

/** On Windows, and under Wine from 8.21 on, whose resets are Windows'. */
describe.runIf(process.platform === 'win32')('the Winsock calls [needs Windows]', async () => {
  const loaded = process.platform === 'win32' ? await loadSockets() : undefined;
  const sockets = loaded as NonNullable<typeof loaded>;
  // Only the extras need the narrower type; on other systems nothing here runs.
  const winsock = () => {
    if (!isWinsock(sockets)) throw new Error('these are not Winsock calls');
    return sockets;
  };

  const WSAEINVAL = 10022;
  const WSAEWOULDBLOCK = 10035;
  const WSAENOTSOCK = 10038;
  const WSAECONNABORTED = 10053;
  const WSAECONNRESET = 10054;
  const WSAENOTCONN = 10057;
  const WSAETIMEDOUT = 10060;
  const WSA_IO_INCOMPLETE = 996;
  const WSA_IO_PENDING = 997;
  const ERROR_NETNAME_DELETED = 64;
  const STATUS_CONNECTION_RESET = 0xc000020d;
  const WAIT_TIMEOUT = 258;

  const LOOPBACK: Address = { family: 'inet', host: '127.0.0.1', port: 0 };

  function open(family: Family, type: SocketType = 'stream'): number {
    const { ret } = sockets.socket(family, type);
    expect(ret).toBeGreaterThan(0);
    onTestFinished(() => void sockets.close(ret));
    return ret;
  }

  function listen(address: Address): { listener: number; address: Address } {
    const listener = open(address.family);
    expect(sockets.bind(listener, address)).toEqual({ ret: 0, code: 0 });
    expect(sockets.listen(listener, 8)).toEqual({ ret: 0, code: 0 });
    const { address: bound } = sockets.getsockname(listener);
    if (bound === undefined) throw new Error('getsockname gave no address');
    return { listener, address: bound };
  }

  function pair(at: Address = LOOPBACK): { server: number; client: number } {
    const { listener, address } = listen(at);
    const client = open(address.family);
    expect(sockets.connect(client, address)).toEqual({ ret: 0, code: 0 });
    const { ret: server } = sockets.accept(listener);
    onTestFinished(() => void sockets.close(server));
    return { server, client };
  }

  function reset(client: number): void {
    const { SOL_SOCKET, SO_LINGER } = sockets.constants;
    expect(sockets.setsockopt(client, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0))).toEqual({ ret: 0, code: 0 });
    sockets.close(client);
  }

  function event(): number {
    const { ret } = winsock().events.create();
    expect(ret).not.toBe(0);
    onTestFinished(() => void winsock().events.close(ret));
    return ret;
  }

  function port(): number {
    const { ret } = winsock().ports.create();
    expect(ret).not.toBe(0);
    onTestFinished(() => void winsock().ports.close(ret));
    return ret;
  }

  test('a failed call gives its return and its code as a pair', () => {
    expect(sockets.recv(open('inet'), new Uint8Array(1), 1, 0)).toEqual({ ret: -1, code: WSAENOTCONN });
    expect(sockets.recv(-1, new Uint8Array(1), 1, 0)).toEqual({ ret: -1, code: WSAENOTSOCK });
  });

  test('a call that succeeds shows no code, whatever stood there', () => {
    sockets.recv(-1, new Uint8Array(1), 1, 0);
    expect(sockets.setNonBlocking(open('inet'), true)).toEqual({ ret: 0, code: 0 });
  });

  test.each<Address>([LOOPBACK, { family: 'inet6', host: '::1', port: 0 }])('bytes and addresses cross over $family', (at) => {
    const { server, client } = pair(at);
    expect(sockets.getpeername(server).address).toEqual(sockets.getsockname(client).address);
    expect(sockets.getpeername(server).address).toMatchObject({ family: at.family, host: (at as { host: string }).host });
    expect(sockets.send(client, Buffer.from('hello'), 5, 0)).toEqual({ ret: 5, code: 0 });
    const buffer = Buffer.alloc(16);
    expect(sockets.recv(server, buffer, 16, 0)).toEqual({ ret: 5, code: 0 });
    expect(buffer.toString('utf8', 0, 5)).toBe('hello');
  });

  test('a datagram arrives whole', () => {
    const [a, b] = [open('inet', 'dgram'), open('inet', 'dgram')];
    sockets.bind(b, LOOPBACK);
    const { address: to } = sockets.getsockname(b);
    if (to === undefined) throw new Error('getsockname gave no address');
    expect(sockets.sendto(a, Buffer.from('abc'), 3, 0, to)).toEqual({ ret: 3, code: 0 });
    expect(sockets.recv(b, Buffer.alloc(8), 8, 0)).toEqual({ ret: 3, code: 0 });
  });

  test('a host that is no address is refused by name', () => {
    expect(() => sockets.connect(open('inet'), { family: 'inet', host: 'localhost', port: 1 })).toThrow(/"localhost" is not an inet address/);
  });

  test('non-blocking is set and taken back', () => {
    const { server, client } = pair();
    sockets.setNonBlocking(server, true);
    expect(sockets.recv(server, new Uint8Array(8), 8, 0)).toEqual({ ret: -1, code: WSAEWOULDBLOCK });
    sockets.setNonBlocking(server, false);
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.recv(server, new Uint8Array(8), 8, 0).ret).toBe(3);
  });

  test('a receive timeout, in milliseconds, ends a blocking recv', () => {
    const { server } = pair();
    const { SOL_SOCKET, SO_RCVTIMEO } = sockets.constants;
    expect(sockets.setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, sockets.timeout(50)).ret).toBe(0);
    const begun = performance.now();
    expect(sockets.recv(server, new Uint8Array(8), 8, 0)).toEqual({ ret: -1, code: WSAETIMEDOUT });
    expect(performance.now() - begun).toBeGreaterThan(40);
  });

  test('poll and select tell what is ready', () => {
    const { server, client } = pair();
    expect(sockets.poll([server], 0)).toEqual({ ret: 1, code: 0, revents: [0x10] });
    expect(sockets.select(server, 0)).toEqual({ ret: 1, code: 0, read: false, write: true, except: false });
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.poll([server], 1000)).toMatchObject({ ret: 1, code: 0 });
    expect(sockets.select(server, 1000)).toMatchObject({ read: true, write: true, except: false });
    expect(sockets.select(-1, 0)).toEqual({ ret: -1, code: WSAENOTSOCK, read: false, write: false, except: false });
  });

  test('linger {on, 0} makes a close reset the connection, and every recv says so', async () => {
    const { server, client } = pair();
    sockets.setNonBlocking(server, true);
    reset(client);
    await setTimeout(200);
    for (let i = 0; i < 3; i++) expect(sockets.recv(server, new Uint8Array(8), 8, 0)).toEqual({ ret: -1, code: WSAECONNRESET });
  });

  test('what waits to be received is told', async () => {
    const { server, client } = pair();
    sockets.send(client, Buffer.from('abc'), 3, 0);
    await setTimeout(100);
    expect(sockets.readable(server).bytes).toBe(3);
    expect(sockets.readable(-1).ret).toBe(-1);
    expect(sockets.tcpInfo(-1)).toBeUndefined();
  });

  test('a pending WSARecv that is reset: the two results translate one NTSTATUS in two ways', async () => {
    const { overlapped } = winsock();
    const { server, client } = pair();
    const operation = overlapped.operation(32);
    expect(overlapped.recv(server, operation)).toMatchObject({ ret: -1, code: WSA_IO_PENDING });
    expect(overlapped.wsaResult(server, operation, false)).toMatchObject({ ret: 0, code: WSA_IO_INCOMPLETE });
    reset(client);
    await vi.waitFor(() => expect(operation.internal).toBe(STATUS_CONNECTION_RESET), 5000);
    expect(overlapped.result(server, operation, false)).toEqual({ ret: 0, code: ERROR_NETNAME_DELETED, bytes: 0 });
    expect(overlapped.wsaResult(server, operation, false)).toEqual({ ret: 0, code: WSAECONNRESET, bytes: 0 });
  });

  test('a pending WSARecv takes data into its own memory, also when nobody holds it', async () => {
    const { overlapped, ports } = winsock();
    const { server, client } = pair();
    const completions = port();
    expect(ports.bind(completions, server, 7)).toEqual({ ret: completions, code: 0 });
    const begin = () => {
      const operation = overlapped.operation(8);
      expect(overlapped.recv(server, operation).code).toBe(WSA_IO_PENDING);
      return operation.address;
    };
    const address = begin();
    // Garbage enough for V8 to collect several times.
    for (let i = 0; i < 2000; i++) new ArrayBuffer(64 * 1024);
    await setTimeout(10);
    sockets.send(client, Buffer.from('payload!'), 8, 0);
    expect(ports.next(completions, 5000)).toEqual({ ret: 1, code: 0, bytes: 8, key: 7n, overlapped: address });
  });

  test('a WSASend completes with what it sent', () => {
    const { overlapped } = winsock();
    const { server, client } = pair();
    const operation = overlapped.operation(5);
    operation.data.set(Buffer.from('hello'));
    overlapped.send(server, operation);
    expect(overlapped.wsaResult(server, operation, true)).toEqual({ ret: 1, code: 0, bytes: 5 });
    const buffer = Buffer.alloc(8);
    expect(sockets.recv(client, buffer, 8, 0).ret).toBe(5);
    expect(buffer.toString('utf8', 0, 5)).toBe('hello');
  });

  test('a completion port tells which operation was reset, once', () => {
    const { overlapped, ports } = winsock();
    const { server, client } = pair();
    const completions = port();
    ports.bind(completions, server, 0);
    const operation = overlapped.operation(32);
    overlapped.recv(server, operation);
    expect(ports.next(completions, 0)).toMatchObject({ ret: 0, code: WAIT_TIMEOUT, bytes: undefined, overlapped: 0n });
    reset(client);
    expect(ports.next(completions, 5000)).toEqual({ ret: 0, code: ERROR_NETNAME_DELETED, bytes: 0, key: 0n, overlapped: operation.address });
    expect(ports.next(completions, 0)).toMatchObject({ ret: 0, code: WAIT_TIMEOUT, overlapped: 0n });
    // It fails at once now, and leaves no completion behind.
    expect(overlapped.recv(server, overlapped.operation(32))).toEqual({ ret: -1, code: WSAECONNRESET, bytes: undefined });
    expect(ports.next(completions, 50)).toMatchObject({ ret: 0, code: WAIT_TIMEOUT, overlapped: 0n });
  });

  test('an event tells of a reset by FD_CLOSE, as an abort', async () => {
    const { events } = winsock();
    const { server, client } = pair();
    const signal = event();
    expect(events.select(server, signal, ['FD_READ', 'FD_CLOSE'])).toEqual({ ret: 0, code: 0 });
    expect(events.enumerate(server)).toEqual({ ret: 0, code: 0, events: {} });
    reset(client);
    await vi.waitFor(() => expect(events.enumerate(server)).toEqual({ ret: 0, code: 0, events: { FD_CLOSE: WSAECONNABORTED } }), 5000);
    expect(events.enumerate(server)).toEqual({ ret: 0, code: 0, events: {} });
  });

  test('AcceptEx and ConnectEx meet', () => {
    const { overlapped, extensions } = winsock();
    const { listener, address } = listen(LOOPBACK);
    const [acceptor, connector] = [open('inet'), open('inet')];
    const accepting = extensions.acceptOperation();
    expect(extensions.acceptEx(listener, acceptor, accepting)).toMatchObject({ ret: 0, code: WSA_IO_PENDING });
    const connecting = overlapped.operation(0);
    expect(extensions.connectEx(connector, address, overlapped.operation(0))).toMatchObject({ ret: 0, code: WSAEINVAL });
    sockets.bind(connector, LOOPBACK);
    expect(extensions.connectEx(connector, address, connecting)).toMatchObject({ ret: 0, code: WSA_IO_PENDING });
    expect(overlapped.wsaResult(connector, connecting, true)).toMatchObject({ ret: 1, code: 0 });
    expect(overlapped.wsaResult(listener, accepting, true)).toMatchObject({ ret: 1, code: 0 });
    // Without SO_UPDATE_ACCEPT_CONTEXT, whose value is the listener, it knows no address.
    const value = new Uint8Array(BigInt64Array.of(BigInt(listener)).buffer, 0, process.arch === 'ia32' ? 4 : 8);
    expect(sockets.setsockopt(acceptor, sockets.constants.SOL_SOCKET, 0x700b, value)).toEqual({ ret: 0, code: 0 });
    expect(sockets.getpeername(acceptor).address).toEqual(sockets.getsockname(connector).address);
    expect(() => extensions.acceptEx(listener, acceptor, overlapped.operation(16))).toThrow(/would write 272 bytes beyond the operation's 16/);
    expect(extensions.connectEx(-1, address, overlapped.operation(0))).toMatchObject({ ret: 0, code: WSAENOTSOCK });
  });

  test('the system tells its version', () => {
    expect(winsock().windowsVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(winsock().wineVersion() ?? '10.0').toMatch(/^\d+\.\d+/);
  });
});
