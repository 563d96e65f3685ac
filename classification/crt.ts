/**
 * The C runtime's own errno numbers on Windows. Its headers define ECONNRESET and the others since Visual C++ 2010, and code written for POSIX compiles
 * against them; no Winsock call ever sets one of them: it sets WSAECONNRESET (10054).
 *
 * Source: https://learn.microsoft.com/cpp/c-runtime-library/errno-constants (ucrt/errno.h)
 */
const CRT: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  ESPIPE: 29,
  EPIPE: 32,
  EDOM: 33,
  ENAMETOOLONG: 38,
  ENOSYS: 40,
  ENOTEMPTY: 41,
  EADDRINUSE: 100,
  EADDRNOTAVAIL: 101,
  EAFNOSUPPORT: 102,
  EALREADY: 103,
  EBADMSG: 104,
  ECANCELED: 105,
  ECONNABORTED: 106,
  ECONNREFUSED: 107,
  ECONNRESET: 108,
  EDESTADDRREQ: 109,
  EHOSTUNREACH: 110,
  EINPROGRESS: 112,
  EISCONN: 113,
  ELOOP: 114,
  EMSGSIZE: 115,
  ENETDOWN: 116,
  ENETRESET: 117,
  ENETUNREACH: 118,
  ENOBUFS: 119,
  ENOLINK: 121,
  ENOPROTOOPT: 123,
  ENOTCONN: 126,
  ENOTSOCK: 128,
  ENOTSUP: 129,
  EOPNOTSUPP: 130,
  EOVERFLOW: 132,
  EPROTO: 134,
  EPROTONOSUPPORT: 135,
  EPROTOTYPE: 136,
  ETIMEDOUT: 138,
  EWOULDBLOCK: 140,
};

/** The C runtime's number of an errno name, on Windows. */
export function crtNumber(name: string): number | undefined {
  return Object.hasOwn(CRT, name) ? CRT[name] : undefined;
}

/** The errno name of a C runtime number, on Windows. */
export function crtName(number: number): string | undefined {
  return Object.keys(CRT).find((name) => CRT[name] === number);
}
