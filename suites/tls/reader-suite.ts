import { parseDescribed } from '../../language/parse-steps.ts';
import { printSteps } from '../../language/steps.ts';
import type { Scenario } from '../../runner/scenario.ts';
import { READERS, type Reader } from '../../runner/tls.ts';
import type { Trial } from '../../runner/trial.ts';

/** How the calls are written down, as the reading way makes them: `n` of them, one after the other. */
interface CallWords {
  read(n?: number): string;
  write(n?: number): string;
  handshake(n?: number): string;
}

/** A scenario that is run in both reading ways. */
interface TlsCase extends Pick<Scenario, 'why'>, Partial<Pick<Scenario, 'waits'>> {
  readonly steps: (calls: CallWords) => string;
  run(t: Trial, reader: Reader): Promise<void>;
}

/** OpenSSL on the socket itself, or recv feeds a BIO, which says retry whenever it is empty. */
const CALL_WORDS: Readonly<Record<Reader, CallWords>> = {
  socket: { read: repeated('S SSL_read'), write: repeated('S SSL_write'), handshake: repeated('S SSL_do_handshake') },
  bio: { read: repeated('S recv', 'S SSL_read'), write: repeated('S SSL_write', 'S send'), handshake: repeated('S recv', 'S SSL_do_handshake') },
};

function repeated(...calls: readonly string[]): (n?: number) => string {
  const [only] = calls;
  return (n = 1) => (calls.length === 1 ? `${only} ×${n}` : Array(n).fill(calls.join('; ')).join('; '));
}

/** The scenarios of one event, each once for each reading way: `tls/reset/idle?reader=socket`, `tls/reset/idle?reader=bio`. */
export function readerSuite(event: `${string}/${string}`, about: string, cases: Readonly<Record<string, TlsCase>>): Scenario[] {
  return Object.entries(cases).flatMap(([name, { why, steps, waits = false, run }]) =>
    READERS.map((reader) => ({
      id: `${event}/${name}?reader=${reader}`,
      about,
      why,
      steps: printSteps(parseDescribed(steps(CALL_WORDS[reader]))),
      waits,
      run: (t: Trial) => run(t, reader),
    })),
  );
}
