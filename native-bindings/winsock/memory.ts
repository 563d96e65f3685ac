import koffi from 'koffi';

/**
 * Memory that Windows may write to after the call that named it has returned.
 *
 * It is an ArrayBuffer of its own: V8 keeps those outside of the heap that its collector compacts, so that the address holds for as long as the buffer
 * lives. (A small `new Uint8Array(n)` begins inside that heap.) Whoever hands it to Windows must keep it alive; Operation does.
 */
export class FixedMemory {
  readonly address: bigint;
  readonly view: DataView;
  readonly #buffer: ArrayBuffer;

  constructor(bytes: number) {
    this.#buffer = new ArrayBuffer(bytes);
    this.view = new DataView(this.#buffer);
    this.address = koffi.address(this.#buffer);
  }

  /** A part of it, as an argument of a call. */
  part(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, offset, length);
  }
}
