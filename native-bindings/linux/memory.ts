import koffi from 'koffi';
import { systemCalls } from './system-calls.ts';

/** What one call moves at most. */
const SCRATCH_BYTES = 65_536;

/** Other processes' memory. Addresses are numbers: a user's has 47 bits, 56 with five-level page tables, and then fewer than 2^53 unless it is asked for. */
export class Memory {
  readonly #read;
  readonly #write;
  readonly #scratch: Uint8Array;
  readonly #local = new BigUint64Array(2);
  readonly #remote = new BigUint64Array(2);

  /** @throws Error where there is no C library, or no Linux */
  constructor() {
    const { def } = systemCalls();
    const parameters = ['int', 'void *', 'unsigned long', 'void *', 'unsigned long', 'unsigned long'];
    this.#read = def('process_vm_readv', 'intptr_t', parameters);
    this.#write = def('process_vm_writev', 'intptr_t', parameters);
    // Its address stands in the iovec, so it may not move, as an ArrayBuffer's may not but nobody promises.
    const scratch = koffi.alloc('uint8_t', SCRATCH_BYTES);
    this.#scratch = new Uint8Array(koffi.view(scratch, SCRATCH_BYTES));
    this.#local[0] = koffi.address(scratch);
  }

  /** As many bytes as are mapped and readable there; a copy. `thread` may be any of the process. */
  read(thread: number, address: number, bytes: number): Uint8Array {
    if (bytes <= SCRATCH_BYTES) return this.#scratch.slice(0, this.#move(this.#read, thread, address, bytes));
    const parts = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const moved = this.#move(this.#read, thread, address + done, Math.min(bytes - done, SCRATCH_BYTES));
      if (moved === 0) break;
      parts.set(this.#scratch.subarray(0, moved), done);
      done += moved;
    }
    return parts.slice(0, done);
  }

  /** Whether all of them could be written. */
  write(thread: number, address: number, bytes: Uint8Array): boolean {
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + SCRATCH_BYTES);
      this.#scratch.set(part);
      const moved = this.#move(this.#write, thread, address + done, part.length);
      if (moved === 0) return false;
      done += moved;
    }
    return true;
  }

  #move(call: ReturnType<ReturnType<typeof systemCalls>['def']>, thread: number, address: number, bytes: number): number {
    if (bytes <= 0 || !(address > 0)) return 0;
    this.#local[1] = this.#remote[1] = BigInt(bytes);
    this.#remote[0] = BigInt(address);
    const { ret } = call(thread, this.#local, 1, this.#remote, 1, 0);
    return ret === -1 ? 0 : ret;
  }
}
