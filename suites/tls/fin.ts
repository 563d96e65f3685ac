import { times } from '../../runner/scenario.ts';
import { tlsPair } from '../../runner/tls.ts';
import { readerSuite } from './reader-suite.ts';

/** The peer has ended a connection that speaks TLS: with close_notify, as RFC 8446 (6.1) wants it, or without. */
export const tlsFin = readerSuite('tls/fin', 'TLS: the peer has ended the connection', {
  'without-close-notify': {
    why: 'The peer closes without close_notify, which may be a truncation. Does SSL_read report an error?',
    steps: ({ read }) => `(S SSL_do_handshake); P close; ${read(4)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      P.close();
      await S.settled('fin');
      await times(4, () => S.read());
    },
  },
  'close-notify': {
    why: 'The peer sends close_notify, then a FIN. Do both ways of reading report the end?',
    steps: ({ read }) => `(S SSL_do_handshake); P SSL_shutdown; P close; ${read(4)}`,
    async run(t, reader) {
      const { S, P } = await tlsPair(t, reader);
      await S.settled({ bytes: P.closeNotify() });
      P.close();
      await S.settled('fin');
      await times(4, () => S.read());
    },
  },
});
