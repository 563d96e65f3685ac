/**
 * Where the fields of Windows' structures lie. Computed, not copied: only the width of a pointer differs between ia32 (4) and x64 and arm64 (8), and
 * every field is aligned to its own size on all three (https://learn.microsoft.com/cpp/build/x64-software-conventions#x64-structure-alignment-examples).
 */

export type PointerBytes = 4 | 8;

/** A field: how many bytes it has, or a pointer (SOCKET, HANDLE, ULONG_PTR); `[bytes, n]` is an array of n of them. */
type Field = 1 | 2 | 4 | 8 | 'pointer';
type Fields = Readonly<Record<string, Field | readonly [Field, number]>>;

interface StructLayout<F extends Fields> {
  readonly size: number;
  readonly offset: { readonly [K in keyof F]: number };
}

export function pointerBytesOf(arch: NodeJS.Architecture): PointerBytes {
  return arch === 'ia32' || arch === 'arm' ? 4 : 8;
}

export function layoutOf<F extends Fields>(pointer: PointerBytes, fields: F): StructLayout<F> {
  const offset: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [name, field] of Object.entries(fields)) {
    const [element, count] = typeof field === 'object' ? field : [field, 1];
    const bytes = element === 'pointer' ? pointer : element;
    const begin = roundUp(end, bytes);
    offset[name] = begin;
    end = begin + bytes * count;
    alignment = Math.max(alignment, bytes);
  }
  return { size: roundUp(end, alignment), offset: offset as StructLayout<F>['offset'] };
}

/** How many sockets an fd_set of winsock2.h holds. It is an array, not a bit set: a socket's value does not matter. */
const FD_SETSIZE = 64;
/** How many events WSANETWORKEVENTS has an error for. */
const FD_MAX_EVENTS = 10;

/** The structures of winsock2.h, ws2def.h, mstcpip.h and minwinbase.h that the calls here take. */
export function layouts(pointer: PointerBytes) {
  const of = <F extends Fields>(fields: F) => layoutOf(pointer, fields);
  return {
    pointer,
    fd_set: of({ fd_count: 4, fd_array: ['pointer', FD_SETSIZE] }),
    /** `long` has 4 bytes on every Windows. */
    timeval: of({ tv_sec: 4, tv_usec: 4 }),
    WSAPOLLFD: of({ fd: 'pointer', events: 2, revents: 2 }),
    OVERLAPPED: of({ Internal: 'pointer', InternalHigh: 'pointer', Offset: 4, OffsetHigh: 4, hEvent: 'pointer' }),
    WSABUF: of({ len: 4, buf: 'pointer' }),
    WSANETWORKEVENTS: of({ lNetworkEvents: 4, iErrorCode: [4, FD_MAX_EVENTS] }),
    /** winsock2.h orders its fields differently where _WIN64 is defined. */
    WSADATA:
      pointer === 8
        ? of({ wVersion: 2, wHighVersion: 2, iMaxSockets: 2, iMaxUdpDg: 2, lpVendorInfo: 'pointer', szDescription: [1, 257], szSystemStatus: [1, 129] })
        : of({ wVersion: 2, wHighVersion: 2, szDescription: [1, 257], szSystemStatus: [1, 129], iMaxSockets: 2, iMaxUdpDg: 2, lpVendorInfo: 'pointer' }),
    TCP_INFO_v0: of({
      State: 4,
      Mss: 4,
      ConnectionTimeMs: 8,
      TimestampsEnabled: 1,
      RttUs: 4,
      MinRttUs: 4,
      BytesInFlight: 4,
      Cwnd: 4,
      SndWnd: 4,
      RcvWnd: 4,
      RcvBuf: 4,
      BytesOut: 8,
      BytesIn: 8,
      BytesReordered: 4,
      BytesRetrans: 4,
      FastRetrans: 4,
      DupAcksIn: 4,
      TimeoutEpisodes: 4,
      SynRetrans: 1,
    }),
    OSVERSIONINFOW: of({
      dwOSVersionInfoSize: 4,
      dwMajorVersion: 4,
      dwMinorVersion: 4,
      dwBuildNumber: 4,
      dwPlatformId: 4,
      szCSDVersion: [2, 128],
    }),
  } as const;
}

export type Layouts = ReturnType<typeof layouts>;

/** A pointer-wide integer, written as the CPU keeps it. Signed, since INVALID_SOCKET is ~0. */
export function writePointer(view: DataView, pointer: PointerBytes, offset: number, value: number | bigint): void {
  if (pointer === 8) view.setBigInt64(offset, BigInt.asIntN(64, BigInt(value)), true);
  else view.setInt32(offset, Number(BigInt.asIntN(32, BigInt(value))), true);
}

/** An address: unsigned. */
export function readPointer(view: DataView, pointer: PointerBytes, offset: number): bigint {
  return pointer === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}

/** A GUID as Windows keeps it: its first three parts in the CPU's byte order, the rest as written. */
export function guidBytes(text: string): Uint8Array {
  const [data1, data2, data3, ...data4] = text.split('-') as [string, string, string, string, string];
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number.parseInt(data1, 16), true);
  view.setUint16(4, Number.parseInt(data2, 16), true);
  view.setUint16(6, Number.parseInt(data3, 16), true);
  bytes.set(Buffer.from(data4.join(''), 'hex'), 8);
  return bytes;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
