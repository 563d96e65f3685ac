import { times } from '../../runner/scenario.ts';
import { tlsPair, tlsPairInHandshake } from '../../runner/tls.ts';
import { readerSuite } from './reader-suite.ts';

/** The peer has reset a connection that speaks TLS. */
export const tlsReset = readerSuite('tls/reset', 'TLS: the peer has reset the connection', {
  idle: {
    why: "Does OpenSSL hand the reset on? On the socket itself it is a failed system call; behind a BIO that only knows 'empty' it is a WANT_READ, for ever.",
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
    why: 'An event loop usually finds nothing to read before the reset comes: what was left by that call must not colour the next answers.',
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
    why: 'A whole record came before the reset: is it still decrypted and delivered, or gone with the socket buffer?',
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
    why: 'Half of a record is in OpenSSL when the reset comes: a loop that waits until its buffers are empty before it closes never does.',
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
    why: 'A write waits for room when the reset comes: with a BIO between that stays full, its retry says WANT_WRITE although there is nobody left to write to.',
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
    why: 'A client that goes away between the ClientHello and its Finished (a port scan, a health check) must not leave a connection that waits for ever.',
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
