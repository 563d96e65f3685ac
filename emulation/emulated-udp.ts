import type { EndModel } from '../language/model.ts';
import type { Token } from '../language/token.ts';
import type { Connections } from '../native-bindings/linux/connections.ts';
import { EmulatedEnd } from './emulated-end.ts';
import { type Answered, BY_KERNEL, type EmulatedSocket, fails } from './emulated-socket.ts';
import type { SocketCall } from './socket-call.ts';

/**
 * A UDP socket of the program. Linux tells a socket that is not connected nothing of a port unreachable, unless it asks (IP_RECVERR); this asks in its place, and the model
 * says which call is told. Datagrams are the kernel's business.
 */
export class EmulatedUdp implements EmulatedSocket {
  readonly #connections: Connections;
  readonly #end: EmulatedEnd;
  #asksForErrors = false;
  /** Port unreachables that no recv has told. */
  #untold = 0;
  /** Datagrams had arrived before what drew them was sent. */
  #hasEarlier = false;

  constructor(model: EndModel, connections: Connections) {
    this.#end = new EmulatedEnd(model, 'fresh');
    this.#connections = connections;
  }

  answer(copy: number, asks: SocketCall): Answered {
    this.#look(copy);
    if (asks.does === 'send' && this.#untold === 0) this.#hasEarlier = this.#connections.hasData(copy);
    if (this.#untold === 0 || asks.does !== 'recv' || asks.counts) return BY_KERNEL;
    this.#hasEarlier &&= this.#connections.hasData(copy);
    if (this.#hasEarlier) return BY_KERNEL;
    const asked = this.#end.ask('recv', asks, false);
    if ('unknown' in asked || asked.token?.type !== 'code') return BY_KERNEL;
    if (!asks.peek) this.#untold--;
    return { reply: fails(asked.token.name), rule: asked.rule.name };
  }

  ready(copy: number, which: 'select' | 'poll'): Token | undefined {
    this.#look(copy);
    if (this.#untold === 0) return undefined;
    const asked = this.#end.ask(which, {}, false);
    return 'unknown' in asked ? undefined : asked.token;
  }

  #look(copy: number): void {
    if (!this.#asksForErrors) {
      this.#asksForErrors = true;
      this.#connections.askForErrors(copy);
    }
    for (let unreachables = this.#connections.takeUnreachables(copy); unreachables > 0; unreachables--) {
      this.#end.arrives('unreachable', {});
      this.#untold++;
    }
  }
}
