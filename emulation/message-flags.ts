/** bits/socket.h, linux/socket.h */
export const MSG = {
  OOB: 0x1,
  PEEK: 0x2,
  DONTROUTE: 0x4,
  TRUNC: 0x20,
  DONTWAIT: 0x40,
  EOR: 0x80,
  WAITALL: 0x100,
  CONFIRM: 0x800,
  ERRQUEUE: 0x2000,
  NOSIGNAL: 0x4000,
  MORE: 0x8000,
  WAITFORONE: 0x1_0000,
  ZEROCOPY: 0x400_0000,
  FASTOPEN: 0x2000_0000,
  CMSG_CLOEXEC: 0x4000_0000,
} as const;

const NAMED = Object.entries(MSG).map(([name, bit]) => ({ name: `MSG_${name}`, bit }));
const ALL = NAMED.reduce((bits, { bit }) => bits | bit, 0);
const NONE: readonly string[] = [];

/** The names of a call's flags; what has no name is the last of them, as a number. */
export function flagNames(flags: number): readonly string[] {
  if (flags === 0) return NONE;
  const names = NAMED.filter(({ bit }) => (flags & bit) !== 0).map(({ name }) => name);
  const rest = (flags & ~ALL) >>> 0;
  return rest === 0 ? names : [...names, `0x${rest.toString(16)}`];
}
