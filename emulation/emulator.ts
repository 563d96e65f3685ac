import type { EndModel } from '../language/model.ts';
import type { Token } from '../language/token.ts';
import type { Connections } from '../native-bindings/linux/connections.ts';
import { Ready } from '../native-bindings/linux/waits.ts';
import type { EmulatedSocket } from './emulated-socket.ts';
import { EmulatedTcp } from './emulated-tcp.ts';
import { EmulatedUdp } from './emulated-udp.ts';
import { type Answerer, CONTINUE, type Intercepted, type Reply } from './intercepted.ts';
import { READINESS_CALLS, Readiness, type ReadinessOf } from './readiness.ts';
import { type ResetConnection, ResetConnections } from './reset-connections.ts';
import { isSocketCall, SOCKET_CALLS, socketCall } from './socket-call.ts';
import type { SyscallName } from './syscalls.ts';

/** Sockets are forgotten, the oldest first, beyond so many: what they were told can be seen again, but for an own shutdown. */
const MOST_SOCKETS = 100_000;

/** How the ends of a platform answer; UDP as the kernel does where it has none. */
export interface Ends {
  readonly tcp: EndModel;
  readonly udp?: EndModel | undefined;
}

/** What an emulation has done. */
export interface Told {
  /** TCP and UDP sockets on which there was a call. */
  readonly sockets: number;
  /** Answers that are not the kernel's, by the rule that gave them. */
  readonly replaced: Readonly<Record<string, number>>;
  /** Calls that the model does not cover, by the reason: the kernel answered them. */
  readonly uncovered: Readonly<Record<string, number>>;
  readonly resets: readonly ResetConnection[];
}

/** Answers as a platform does, where its model covers what a socket has seen. */
export class Emulator implements Answerer {
  readonly intercepts: readonly SyscallName[];
  rule: string | undefined;
  readonly #readiness: Readiness | undefined;
  readonly #ends: Ends;
  readonly #connections: Connections;
  readonly #sockets = new Map<number, EmulatedSocket | undefined>();
  readonly #replaced = new Map<string, number>();
  readonly #uncovered = new Map<string, number>();
  readonly #resets = new ResetConnections();
  #seen = 0;

  /** `readiness`: whose poll and epoll_wait the program gets; the kernel's own where it is undefined. */
  constructor(ends: Ends, connections: Connections, readiness?: ReadinessOf) {
    this.#ends = ends;
    this.#connections = connections;
    this.intercepts = readiness === undefined ? SOCKET_CALLS : [...SOCKET_CALLS, ...READINESS_CALLS];
    this.#readiness = readiness && new Readiness(readiness, new Ready(), (call, descriptor, which) => this.#ready(call, descriptor, which));
  }

  answer(call: Intercepted): Reply {
    if (READINESS_CALLS.includes(call.call)) return this.#readiness?.answer(call) ?? CONTINUE;
    // Before a descriptor is copied: most requests of ioctl, and most options, are of no interest.
    if (!isSocketCall(call)) return CONTINUE;
    const descriptor = (call.args[0] as number) | 0;
    const copy = call.descriptor(descriptor);
    if (copy === undefined) return CONTINUE;
    const cookie = this.#connections.cookie(copy);
    const socket = cookie === undefined ? undefined : this.#socket(cookie, copy);
    const asks = socket && socketCall(call);
    if (cookie === undefined || socket === undefined || asks === undefined) return CONTINUE;
    const { reply, rule, uncovered } = socket.answer(copy, asks, call);
    this.rule = rule;
    if (uncovered !== undefined) count(this.#uncovered, uncovered);
    else if (rule !== undefined && reply.type !== 'continue') count(this.#replaced, rule);
    if (socket instanceof EmulatedTcp && socket.isReset) this.#resets.countCall(cookie, copy, call.process, descriptor);
    return reply;
  }

  /** Whether there are connections whose closing is to be seen: then `look` is called now and then. */
  get watches(): boolean {
    return this.#resets.areOpen;
  }

  look(): void {
    this.#resets.look();
  }

  told(): Told {
    this.look();
    return {
      ...{ sockets: this.#seen, replaced: Object.fromEntries(this.#replaced), uncovered: Object.fromEntries(this.#uncovered) },
      resets: this.#resets.told(),
    };
  }

  #ready(call: Intercepted, descriptor: number, which: 'select' | 'poll'): Token | undefined {
    const copy = call.descriptor(descriptor);
    const cookie = copy === undefined ? undefined : this.#connections.cookie(copy);
    if (copy === undefined || cookie === undefined) return undefined;
    return this.#socket(cookie, copy)?.ready(copy, which);
  }

  /** undefined for one of another kind. */
  #socket(cookie: number, copy: number): EmulatedSocket | undefined {
    const known = this.#sockets.get(cookie);
    if (known !== undefined || this.#sockets.has(cookie)) return known;
    const socket = this.#fresh(copy);
    if (socket !== undefined) this.#seen++;
    if (this.#sockets.size >= MOST_SOCKETS) this.#sockets.delete(this.#sockets.keys().next().value as number);
    this.#sockets.set(cookie, socket);
    return socket;
  }

  #fresh(copy: number): EmulatedSocket | undefined {
    const { tcp, udp } = this.#ends;
    switch (this.#connections.protocol(copy)) {
      case 'tcp':
        return new EmulatedTcp(tcp, this.#connections);
      case 'udp':
        return udp && new EmulatedUdp(udp, this.#connections);
      default:
        return undefined;
    }
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
