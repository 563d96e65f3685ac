import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Address } from '../../language/address.ts';
import { UNTOUCHED } from '../../language/code.ts';
import { loadSockets } from '../../native-bindings/load.ts';
import { libcNames, loadFirst } from '../../native-bindings/posix/libc.ts';
import type { Family, SocketType } from '../../native-bindings/sockets.ts';

const { errno } = os.constants;

describe.runIf(process.platform !== 'win32')('the POSIX calls [needs POSIX]', async () => {
  const sockets = await loadSockets();

  function open(family: Family, type: SocketType = 'stream'): number {
    const { ret } = sockets.socket(family, type);
    expect(ret).toBeGreaterThanOrEqual(0);
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

  function pair(at: Address): { server: number; client: number } {
    const { listener, address } = listen(at);
    const client = open(address.family);
    expect(sockets.connect(client, address)).toEqual({ ret: 0, code: 0 });
    const { ret: server } = sockets.accept(listener);
    onTestFinished(() => void sockets.close(server));
    return { server, client };
  }

  const LOOPBACK: Address = { family: 'inet', host: '127.0.0.1', port: 0 };

  test('a failed call gives its return and its errno as a pair', () => {
    expect(sockets.recv(open('inet'), new Uint8Array(1), 1, 0)).toEqual({ ret: -1, code: errno.ENOTCONN });
    expect(sockets.recv(-1, new Uint8Array(1), 1, 0)).toEqual({ ret: -1, code: errno.EBADF });
  });

  test('a call that succeeds shows no code, whatever stood in errno', () => {
    sockets.recv(-1, new Uint8Array(1), 1, 0);
    expect(sockets.socket('inet', 'stream')).toEqual({ ret: expect.any(Number), code: 0 });
  });

  test('no errno of this system is the value that a code is preset to', () => {
    expect(Object.values(errno)).not.toContain(UNTOUCHED);
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

  test('bytes cross over AF_UNIX, and the path is an address', () => {
    const folder = mkdtempSync(join(os.tmpdir(), 'sockatlas '));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const at: Address = { family: 'unix', path: join(folder, 'sö') };
    expect(listen(at).address).toEqual(at);
  });

  test('a path too long for sockaddr_un is refused with its length', () => {
    expect(() => sockets.bind(open('unix'), { family: 'unix', path: `/${'x'.repeat(120)}` })).toThrow(/may have at most 107 bytes, this one has 121/);
  });

  test('a host that is no address is refused by name', () => {
    expect(() => sockets.connect(open('inet'), { family: 'inet', host: 'localhost', port: 1 })).toThrow(/"localhost" is not an inet address/);
  });

  test('a datagram arrives whole', () => {
    const [a, b] = [open('inet', 'dgram'), open('inet', 'dgram')];
    sockets.bind(b, LOOPBACK);
    const { address: to } = sockets.getsockname(b);
    if (to === undefined) throw new Error('getsockname gave no address');
    expect(sockets.sendto(a, Buffer.from('abc'), 3, 0, to)).toEqual({ ret: 3, code: 0 });
    expect(sockets.recv(b, Buffer.alloc(8), 8, 0)).toEqual({ ret: 3, code: 0 });
  });

  test('a null buffer is passed as one, and the data stays', () => {
    const { server, client } = pair(LOOPBACK);
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.recv(server, null, 3, 0)).toEqual({ ret: -1, code: errno.EFAULT });
    expect(sockets.readable(server).bytes).toBe(3);
  });

  test('flags have their own numbers: MSG_PEEK leaves what it shows', () => {
    const { server, client } = pair(LOOPBACK);
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.recv(server, new Uint8Array(8), 8, sockets.constants.MSG_PEEK).ret).toBe(3);
    expect(sockets.recv(server, new Uint8Array(8), 8, 0).ret).toBe(3);
  });

  test('non-blocking is set and taken back', () => {
    const { server, client } = pair(LOOPBACK);
    sockets.setNonBlocking(server, true);
    expect(sockets.recv(server, new Uint8Array(8), 8, 0)).toEqual({ ret: -1, code: errno.EAGAIN });
    sockets.setNonBlocking(server, false);
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.recv(server, new Uint8Array(8), 8, 0).ret).toBe(3);
  });

  test('a receive timeout ends a blocking recv', () => {
    const { server } = pair(LOOPBACK);
    const { SOL_SOCKET, SO_RCVTIMEO } = sockets.constants;
    expect(sockets.setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, sockets.timeout(20)).ret).toBe(0);
    const begun = performance.now();
    expect(sockets.recv(server, new Uint8Array(8), 8, 0)).toEqual({ ret: -1, code: errno.EAGAIN });
    expect(performance.now() - begun).toBeGreaterThan(15);
  });

  test('linger {on, 0} makes a close reset the connection', () => {
    const { server, client } = pair(LOOPBACK);
    const { SOL_SOCKET, SO_LINGER, SO_ERROR } = sockets.constants;
    sockets.setsockopt(client, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(client);
    const error = new Int32Array(1);
    expect(sockets.getsockopt(server, SOL_SOCKET, SO_ERROR, new Uint8Array(error.buffer)).ret).toBe(0);
    expect(error[0]).toBe(errno.ECONNRESET);
  });

  test.runIf(process.platform === 'linux')('a process that is started keeps no socket alive [needs Linux]', () => {
    const { server, client } = pair(LOOPBACK);
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const { SOL_SOCKET, SO_LINGER } = sockets.constants;
    sockets.setsockopt(client, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(client);
    expect(sockets.tcpInfo(server)?.state).toBe('CLOSE');
  });

  test('poll and select tell what is ready', () => {
    const { server, client } = pair(LOOPBACK);
    expect(sockets.poll([server], 0)).toEqual({ ret: 1, code: 0, revents: [0x4] });
    expect(sockets.select(server, 0)).toEqual({ ret: 1, code: 0, read: false, write: true, except: false });
    sockets.send(client, Buffer.from('abc'), 3, 0);
    expect(sockets.poll([server, client], 100)).toEqual({ ret: 2, code: 0, revents: [0x5, 0x4] });
    expect(sockets.select(server, 100)).toMatchObject({ ret: 2, read: true, write: true, except: false });
  });

  test('urgent data shows in the exceptional set', () => {
    const { server, client } = pair(LOOPBACK);
    sockets.send(client, Buffer.from('!'), 1, sockets.constants.MSG_OOB);
    expect(sockets.select(server, 100)).toMatchObject({ except: true });
  });

  test('a descriptor too large for an fd_set is refused, not written beyond it', () => {
    expect(() => sockets.select(1024, 0)).toThrow(RangeError);
    expect(() => sockets.select(-1, 0)).toThrow(RangeError);
  });

  test.runIf(process.platform === 'linux')('the state of a connection is told without consuming its error [needs Linux]', () => {
    const { server, client } = pair(LOOPBACK);
    expect(sockets.tcpInfo(server)?.state).toBe('ESTABLISHED');
    sockets.shutdown(client, 'write');
    expect(sockets.tcpInfo(server)?.state).toBe('CLOSE_WAIT');
    const { SOL_SOCKET, SO_LINGER } = sockets.constants;
    sockets.setsockopt(client, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(client);
    expect(sockets.tcpInfo(server)?.state).toBe('CLOSE');
    expect(sockets.send(server, Buffer.from('x'), 1, 0)).toEqual({ ret: -1, code: errno.EPIPE });
  });

  test.runIf(process.platform === 'linux')('the accept queue of a listening socket is told [needs Linux]', () => {
    const { listener, address } = listen(LOOPBACK);
    expect(sockets.tcpInfo(listener)?.unacknowledged).toBe(0);
    expect(sockets.connect(open('inet'), address).ret).toBe(0);
    expect(sockets.tcpInfo(listener)?.unacknowledged).toBe(1);
  });

  test('what is no socket, or no TCP socket, has no state', () => {
    expect(sockets.tcpInfo(-1)).toBeUndefined();
    expect(sockets.tcpInfo(-1)).toBeUndefined();
    expect(sockets.readable(-1).ret).toBe(-1);
  });
});

describe('the C library is found by name', () => {
  test('glibc first where there is no musl', () => {
    expect(libcNames('linux', 'x64', () => false)).toEqual(['libc.so.6', 'libc.musl-x86_64.so.1']);
  });

  test('musl for the CPU, and glibc first where this node runs on glibc although musl is there', () => {
    const exists = (path: string) => path === '/lib/libc.musl-aarch64.so.1';
    const [first] = libcNames('linux', 'arm64', exists);
    const runsOnGlibc =
      process.platform === 'linux' &&
      process.report?.getReport() !== undefined &&
      'glibcVersionRuntime' in (process.report.getReport() as unknown as { header: object }).header;
    expect(first).toBe(runsOnGlibc ? 'libc.so.6' : 'libc.musl-aarch64.so.1');
  });

  test('Darwin has one', () => {
    expect(libcNames('darwin', 'arm64', () => false)).toEqual(['/usr/lib/libSystem.B.dylib']);
  });

  test('where none can be loaded, each is named with its reason', () => {
    expect(() => loadFirst(['libno.such.so', 'libnone.so'])).toThrow(/no C library could be loaded \(libno\.such\.so: .*; libnone\.so: /);
  });
});
