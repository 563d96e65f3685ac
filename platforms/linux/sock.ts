import type { Direction } from '../../language/call.ts';
import { type End, type Rule, rulesOf } from '../../language/model.ts';
import type { Token } from '../../language/token.ts';
import { code, poll, soError } from '../answers.ts';

/** What struct sock has of every kind, and what the kernel does with it in one place for all. */
export interface Sock extends End {
  /** sk_err. */
  err: string | undefined;
  /** sk_shutdown has RCV_SHUTDOWN, SEND_SHUTDOWN. */
  rcvShutdown: boolean;
  sendShutdown: boolean;
  closed: boolean;
}

/** include/net/sock.h sock_error(): reads and clears sk_err, which is set. */
export function sockError(s: Sock): Token {
  const { err } = s;
  s.err = undefined;
  return code(err as string);
}

export function shut(s: Sock, direction: Direction): void {
  if (direction !== 'write') s.rcvShutdown = true;
  if (direction !== 'read') s.sendShutdown = true;
}

const on = rulesOf<Sock>();
const measured = 'measured';

/** The rules of a closed descriptor, which go before all others, and of SO_ERROR. `kind` is in their names: `unix`, `udp`, nothing for TCP. */
export function sockRules(kind: '' | 'unix' | 'udp'): readonly Rule<Sock>[] {
  const prefix = kind === '' ? '' : `${kind} `;
  return [
    ...on('poll', [
      { name: `${prefix}poll: a closed descriptor`, when: (s) => s.closed, does: () => poll('NVAL'), source: ['man 2 poll (POLLNVAL)'], evidence: measured },
    ]),
    ...on(
      ['recv', 'send', 'so_error', 'select', 'shutdown', 'getpeername', 'getsockname', 'readable', 'connect', 'accept', 'close'],
      [
        {
          name: kind === '' ? 'a closed descriptor' : `${kind}: a closed descriptor`,
          when: (s) => s.closed,
          does: () => code('EBADF'),
          source: ['man 2 recv (EBADF)'],
          evidence: measured,
        },
      ],
    ),
    ...on('so_error', [
      {
        name: `${prefix}SO_ERROR: sk_err, taken`,
        does: (s) => {
          const { err } = s;
          s.err = undefined;
          return soError(err);
        },
        source: ['net/core/sock.c sk_getsockopt(): SO_ERROR reads and clears sk_err'],
        evidence: measured,
      },
    ]),
  ];
}
