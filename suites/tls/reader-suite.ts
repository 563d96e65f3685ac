import type { Case, Scenario } from '../../runner/scenario.ts';
import { READERS, type Reader } from '../../runner/tls.ts';
import type { Trial } from '../../runner/trial.ts';

/** How the calls are written down, as the reading way makes them. */
interface CallWords {
  readonly read: string;
  readonly write: string;
  readonly handshake: string;
}

/** A scenario that is run in both reading ways. */
interface TlsCase extends Pick<Case, 'why' | 'before' | 'waits'> {
  readonly recorded: (words: CallWords) => string;
  run(t: Trial, reader: Reader): Promise<void>;
}

const CALL_WORDS: Readonly<Record<Reader, CallWords>> = {
  socket: { read: 'SSL_read', write: 'SSL_write', handshake: 'SSL_do_handshake' },
  bio: { read: '[recv, SSL_read]', write: '[SSL_write, send]', handshake: '[recv, SSL_do_handshake]' },
};

const WAYS: Readonly<Record<Reader, string>> = { socket: 'OpenSSL on the socket itself', bio: 'recv feeds a BIO, which says retry whenever it is empty' };

/** The scenarios of one event, each once for each reading way: `tls/reset/idle?reader=socket`, `tls/reset/idle?reader=bio`. */
export function readerSuite(event: `${string}/${string}`, about: string, cases: Readonly<Record<string, TlsCase>>): Scenario[] {
  return Object.entries(cases).flatMap(([name, { why, before, recorded, waits = false, run }]) =>
    READERS.map((reader) => ({
      id: `${event}/${name}?reader=${reader}`,
      about,
      why,
      before: `${WAYS[reader]}; ${before}`,
      recorded: recorded(CALL_WORDS[reader]),
      waits,
      run: (t: Trial) => run(t, reader),
    })),
  );
}
