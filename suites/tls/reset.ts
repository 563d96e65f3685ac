import { times } from '../../runner/scenario.ts';
import { tlsPair, tlsPairInHandshake } from '../../runner/tls.ts';
import { readerSuite } from './reader-suite.ts';

/** The peer has reset a connection that speaks TLS. */
export const tlsReset = readerSuite('tls/reset', 'TLS: the peer has reset the connection', {
  idle: {
    why: 'Does SSL_read report the reset? With OpenSSL on the socket, and with a memory BIO that recv feeds, which can only say WANT_READ.',
    steps: ({ read }) => `(S SSL_do_handshake); P reset; ${read(5)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      P.reset();
      await S.settled('reset');
      await times(5, () => S.read());
    },
  },
  'idle-after-would-block': {
    why: 'The same after an SSL_read that returned WANT_READ: does that change the answers?',
    steps: ({ read }) => `(S SSL_do_handshake); ${read()}; P reset; ${read(4)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      S.read();
      P.reset();
      await S.settled('reset');
      await times(4, () => S.read());
    },
  },
  'unread-data': {
    why: 'A whole TLS record arrived before the reset. Is it still delivered?',
    steps: ({ read }) => `(S SSL_do_handshake); P SSL_write 10; P reset; ${read(5)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      await S.settled({ bytes: P.write(10) });
      P.reset();
      await S.settled('reset');
      await times(5, () => S.read());
    },
  },
  'partial-record': {
    why: 'Half of a TLS record arrived before the reset. A loop that closes only when its buffers are empty would never close.',
    steps: ({ read }) => `(S SSL_do_handshake); P send_half 100; ${read()}; P reset; ${read(4)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      await S.settled({ bytes: P.writeHalf(100) });
      S.read();
      P.reset();
      await S.settled('reset');
      await times(4, () => S.read());
    },
  },
  'write-waiting': {
    why: 'A TLS write waits for room when the reset arrives. Does its retry report the reset, or still WANT_WRITE?',
    steps: ({ write, read }) => `(S SSL_do_handshake); ${write()}; P reset; ${write(2)}; ${read(3)}`,
    waits: true,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      await S.writeUntilFull();
      P.reset();
      await S.settled('reset');
      await times(2, () => S.write(16 * 1024));
      await times(3, () => S.read());
    },
  },
  'during-handshake': {
    why: 'A client resets during the handshake, as port scans and health checks do. Does SSL_do_handshake report it?',
    steps: ({ handshake }) => `P SSL_connect; (S SSL_do_handshake); P reset; ${handshake(4)}`,
    async run(t, reader) {
      const { S, P } = await tlsPairInHandshake(t, reader);
      P.reset();
      await S.settled('reset');
      await times(4, () => S.handshake());
    },
  },
});
