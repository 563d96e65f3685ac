import type { EndModel } from '../language/model.ts';
import { Connections } from '../native-bindings/linux/connections.ts';
import { Transfers } from '../native-bindings/linux/transfers.ts';
import { modelOf } from '../platforms/models.ts';
import { Emulator } from './emulator.ts';
import { type Answerer, CONTINUE, type Reply } from './intercepted.ts';
import { Performer } from './performed.ts';
import type { ReadinessOf } from './readiness.ts';
import { Recorder } from './recorder.ts';
import { RecordingFile } from './recording-file.ts';
import { SYSCALL_NAMES, type SyscallName } from './syscalls.ts';

/** How the program's calls are answered. */
export interface AnsweredBy {
  readonly platform: string;
  /** Of `none`: whether it looks at them. */
  readonly intercepts: 'all' | 'none';
  readonly readiness?: ReadinessOf | undefined;
  /** The file that gets a line for each call on a socket; it is there. Or a descriptor of the supervisor. */
  readonly record?: string | number | undefined;
}

/** Who answers the program's calls, recorded where that is asked for. @throws Error of the system where the file cannot be opened */
export function answererOf(answeredBy: AnsweredBy): Answerer {
  const answerer = unrecorded(answeredBy);
  if (answeredBy.record === undefined) return answerer;
  const connections = new Connections();
  return new Recorder(answerer, connections, new Performer(connections, new Transfers()), new RecordingFile(answeredBy.record));
}

function unrecorded({ platform, intercepts, readiness }: AnsweredBy): Answerer {
  const model = modelOf(platform);
  if (model === undefined) return new Kernel(intercepts === 'all' ? SYSCALL_NAMES : []);
  const { tcp, udp } = model.ends;
  // What Linux' model says of UDP the kernel says itself.
  const ends = { tcp: tcp as EndModel, udp: platform === 'linux' || typeof udp === 'string' ? undefined : udp };
  return new Emulator(ends, new Connections(), readiness);
}

/** Answers nothing itself. */
class Kernel implements Answerer {
  readonly intercepts: readonly SyscallName[];
  readonly #calls = new Map<SyscallName, number>();

  constructor(intercepts: readonly SyscallName[]) {
    this.intercepts = intercepts;
  }

  answer({ call }: { readonly call: SyscallName }): Reply {
    this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1);
    return CONTINUE;
  }

  told(): unknown {
    return Object.fromEntries(this.#calls);
  }
}
