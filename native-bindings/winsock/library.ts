import koffi from 'koffi';
import { type CodeRegister, captured, type Definer } from '../captured.ts';
import { type Layouts, layouts, pointerBytesOf } from './layout.ts';

/** The DLL that answers socket calls. */
export const WS2_32 = 'ws2_32.dll';
const VERSION_2_2 = 0x0202;

/** Makes a call whose pair is atomic: see captured(). */
type Define = ReturnType<typeof captured>;

/** Winsock, started, and the ways in which its calls tell that they failed. */
export interface WinsockLibrary {
  readonly layouts: Layouts;
  /** ws2_32's calls that fail by -1 (SOCKET_ERROR, INVALID_SOCKET); the code is WSAGetLastError's. */
  readonly socketCall: Define;
  /** ws2_32's calls that fail by 0 (FALSE, NULL); the code is WSAGetLastError's. */
  readonly boolCall: Define;
  /** kernel32's calls, which fail by 0; the code is GetLastError's. */
  readonly kernelCall: Define;
  /** A call at an address that WSAIoctl gave: fails by 0, the code is WSAGetLastError's. */
  callAt(address: bigint): Define;
  /** WSAGetLastError's. */
  readonly wsaError: CodeRegister;
  /** A call of ws2_32 that has no error code to read. */
  plain(name: string, result: string, parameters: readonly string[]): ReturnType<Definer['func']>;
}

let started: WinsockLibrary | undefined;

/**
 * Loads Winsock and starts it, once for each thread that asks; Windows counts the starts. It is never cleaned up: it ends with the process.
 * @throws Error with what WSAStartup returned, https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsastartup
 */
export function winsockLibrary(): WinsockLibrary {
  if (started !== undefined) return started;
  const ws2 = stdcall(koffi.load(WS2_32));
  const kernel32 = stdcall(koffi.load('kernel32.dll'));
  const layout = layouts(pointerBytesOf(process.arch));

  // It returns its error: there is no last error before Winsock is started.
  const failure = ws2.func('WSAStartup', 'int', ['uint16_t', 'void *'])(VERSION_2_2, new Uint8Array(layout.WSADATA.size));
  if (failure !== 0) throw new Error(`WSAStartup: ${failure}`);

  const wsaError = register(ws2, 'WSASetLastError', 'WSAGetLastError');
  const lastError = register(kernel32, 'SetLastError', 'GetLastError');
  const failsByZero = (ret: number) => ret === 0;
  started = {
    layouts: layout,
    wsaError,
    socketCall: captured(ws2, wsaError, (ret) => ret === -1),
    boolCall: captured(ws2, wsaError, failsByZero),
    kernelCall: captured(kernel32, lastError, failsByZero),
    callAt: (address) =>
      captured({ func: (_name, result, parameters) => koffi.decode(address, koffi.proto('__stdcall', result, parameters)) }, wsaError, failsByZero),
    plain: (name, result, parameters) => ws2.func(name, result, [...parameters]),
  };
  return started;
}

/** On ia32 Windows' functions are called by __stdcall; elsewhere there is one convention, and koffi ignores the name. */
function stdcall(library: ReturnType<typeof koffi.load>): Definer {
  return { func: (name, result, parameters) => library.func('__stdcall', name, result, parameters) };
}

/** koffi keeps the thread's last error from one of its calls to the next, so that what node itself calls in between does not touch it. */
function register(library: Definer, set: string, get: string): CodeRegister {
  return { set: library.func(set, 'void', ['int']) as CodeRegister['set'], get: library.func(get, 'int', []) as CodeRegister['get'] };
}
