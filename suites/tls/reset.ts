import { times } from '../../runner/scenario.ts';
import { tlsPair, tlsPairInHandshake } from '../../runner/tls.ts';
import { readerSuite } from './reader-suite.ts';

/** The peer has reset a connection that speaks TLS. */
export const tlsReset = readerSuite('tls/reset', 'TLS: the peer has reset the connection', {
  idle: {
    why: 'Does SSL_read report the reset? With OpenSSL on the socket, and with a memory BIO that recv feeds, which can only say WANT_READ.',
    before: 'handshake, RST, settle',
    recorded: ({ read }) => `${read}×5`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      P.reset();
      await S.settled('reset');
      await times(5, () => S.read());
    },
  },
  'idle-after-would-block': {
    why: 'The same after an SSL_read that returned WANT_READ: does that change the answers?',
    before: 'handshake',
    recorded: ({ read }) => `${read}, (RST, settle), ${read}×4`,
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
    before: 'handshake, P sends a record of 10, settle, RST, settle',
    recorded: ({ read }) => `${read}×5`,
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
    before: 'handshake, P sends half of a record of 100, settle',
    recorded: ({ read }) => `${read}, (RST, settle), ${read}×4`,
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
    before: 'handshake; S writes full records until no more fits (only the failure is recorded)',
    recorded: ({ write, read }) => `${write}, (RST, settle), ${write}×2, ${read}×3`,
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
    before: 'P sends its ClientHello, S answers it, RST, settle',
    recorded: ({ handshake }) => `${handshake}×4`,
    async run(t, reader) {
      const { S, P } = await tlsPairInHandshake(t, reader);
      P.reset();
      await S.settled('reset');
      await times(4, () => S.handshake());
    },
  },
});
