import { describe, expect, test } from 'vitest';
import { guidBytes, layoutOf, layouts, type PointerBytes, pointerBytesOf, readPointer, writePointer } from '../../native-bindings/winsock/layout.ts';

/** Counted by hand from the declarations of the headers named, 64-bit first: x64 and arm64 are laid out alike. */
const HEADERS: Readonly<Record<PointerBytes, Readonly<Record<string, { size: number; offset: Readonly<Record<string, number>> }>>>> = {
  8: {
    // winsock2.h: u_int fd_count; SOCKET fd_array[64]
    fd_set: { size: 520, offset: { fd_count: 0, fd_array: 8 } },
    // winsock2.h: long tv_sec, tv_usec; long has 4 bytes on 64-bit Windows too
    timeval: { size: 8, offset: { tv_sec: 0, tv_usec: 4 } },
    // winsock2.h: SOCKET fd; SHORT events, revents
    WSAPOLLFD: { size: 16, offset: { fd: 0, events: 8, revents: 10 } },
    // minwinbase.h: ULONG_PTR Internal, InternalHigh; union { DWORD Offset, OffsetHigh; PVOID }; HANDLE hEvent
    OVERLAPPED: { size: 32, offset: { Internal: 0, InternalHigh: 8, Offset: 16, OffsetHigh: 20, hEvent: 24 } },
    // ws2def.h: ULONG len; CHAR *buf
    WSABUF: { size: 16, offset: { len: 0, buf: 8 } },
    // winsock2.h: long lNetworkEvents; int iErrorCode[10]
    WSANETWORKEVENTS: { size: 44, offset: { lNetworkEvents: 0, iErrorCode: 4 } },
    // winsock2.h, where _WIN64 is defined
    WSADATA: { size: 408, offset: { wVersion: 0, wHighVersion: 2, iMaxSockets: 4, iMaxUdpDg: 6, lpVendorInfo: 8, szDescription: 16, szSystemStatus: 273 } },
    // mstcpip.h: a BOOLEAN between ULONG64 and ULONG, a UCHAR at the end
    TCP_INFO_v0: {
      size: 88,
      offset: {
        State: 0,
        Mss: 4,
        ConnectionTimeMs: 8,
        TimestampsEnabled: 16,
        RttUs: 20,
        MinRttUs: 24,
        BytesInFlight: 28,
        Cwnd: 32,
        SndWnd: 36,
        RcvWnd: 40,
        RcvBuf: 44,
        BytesOut: 48,
        BytesIn: 56,
        BytesReordered: 64,
        BytesRetrans: 68,
        FastRetrans: 72,
        DupAcksIn: 76,
        TimeoutEpisodes: 80,
        SynRetrans: 84,
      },
    },
    // winnt.h: five ULONGs; WCHAR szCSDVersion[128]
    OSVERSIONINFOW: {
      size: 276,
      offset: { dwOSVersionInfoSize: 0, dwMajorVersion: 4, dwMinorVersion: 8, dwBuildNumber: 12, dwPlatformId: 16, szCSDVersion: 20 },
    },
  },
  4: {
    fd_set: { size: 260, offset: { fd_count: 0, fd_array: 4 } },
    WSAPOLLFD: { size: 8, offset: { fd: 0, events: 4, revents: 6 } },
    OVERLAPPED: { size: 20, offset: { Internal: 0, InternalHigh: 4, Offset: 8, OffsetHigh: 12, hEvent: 16 } },
    WSABUF: { size: 8, offset: { len: 0, buf: 4 } },
    // winsock2.h, without _WIN64: the strings come first, and leave two bytes of padding before the pointer
    WSADATA: {
      size: 400,
      offset: { wVersion: 0, wHighVersion: 2, szDescription: 4, szSystemStatus: 261, iMaxSockets: 390, iMaxUdpDg: 392, lpVendorInfo: 396 },
    },
  },
};
/** What holds no pointer lies alike everywhere. */
const expected = { 8: HEADERS[8], 4: { ...HEADERS[8], ...HEADERS[4] } };

describe.each([
  ['x64', 8],
  ['arm64', 8],
  ['ia32', 4],
] as const)('structures on %s', (arch, pointer) => {
  const computed = layouts(pointerBytesOf(arch));

  test('pointers have their width', () => {
    expect(computed.pointer).toBe(pointer);
  });

  test.each(Object.entries(expected[pointer]))('%s lies as its header declares it', (name, layout) => {
    expect(computed[name as Exclude<keyof typeof computed, 'pointer'>]).toEqual(layout);
  });

  test('none is left out', () => {
    expect(Object.keys(computed).sort()).toEqual(['pointer', ...Object.keys(expected[pointer])].sort());
  });
});

test('a field is aligned to its own size, a structure to its widest field', () => {
  expect(layoutOf(8, { a: 1, b: 'pointer', c: 2 })).toEqual({ size: 24, offset: { a: 0, b: 8, c: 16 } });
  expect(layoutOf(4, { a: 1, b: 'pointer', c: 2 })).toEqual({ size: 12, offset: { a: 0, b: 4, c: 8 } });
  expect(layoutOf(4, { a: 1, b: 8 })).toEqual({ size: 16, offset: { a: 0, b: 8 } });
  expect(layoutOf(8, { a: [1, 3], b: 2 })).toEqual({ size: 6, offset: { a: 0, b: 4 } });
});

test('a GUID keeps three parts in the byte order of the CPU and the rest as written', () => {
  // mswsock.h: WSAID_CONNECTEX {0x25a207b9, 0xddf3, 0x4660, {0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e}}
  expect(Buffer.from(guidBytes('25a207b9-ddf3-4660-8ee9-76e58c74063e')).toString('hex')).toBe('b907a225f3dd60468ee976e58c74063e');
});

test.each([8, 4] as const)('INVALID_SOCKET is all ones in %i bytes, and an address is unsigned', (pointer) => {
  const view = new DataView(new ArrayBuffer(8));
  writePointer(view, pointer, 0, -1);
  expect(Buffer.from(view.buffer).toString('hex')).toBe(pointer === 8 ? 'ffffffffffffffff' : 'ffffffff00000000');
  expect(readPointer(view, pointer, 0)).toBe(pointer === 8 ? 0xffffffffffffffffn : 0xffffffffn);
  writePointer(view, pointer, 0, 0x90000000n);
  expect(readPointer(view, pointer, 0)).toBe(0x90000000n);
});
