import type { Handle, Returned } from '../sockets.ts';
import { type Layouts, readPointer } from './layout.ts';
import type { WinsockLibrary } from './library.ts';
import { presetBytes, type Transferred, transferred } from './overlapped.ts';

interface Completion extends Transferred {
  /** The key that the socket was bound with. */
  readonly key: bigint;
  /** The `address` of the operation that is done; 0 where none was taken from the port. */
  readonly overlapped: bigint;
}

/** Completion ports. */
export class CompletionPorts {
  readonly #layouts: Layouts;
  readonly #calls;
  // Every call here is synchronous, so that no two need it at once.
  readonly #key: DataView;
  readonly #overlapped: DataView;

  constructor({ layouts, kernelCall }: WinsockLibrary) {
    this.#layouts = layouts;
    this.#key = new DataView(new ArrayBuffer(layouts.pointer));
    this.#overlapped = new DataView(new ArrayBuffer(layouts.pointer));
    this.#calls = {
      create: kernelCall('CreateIoCompletionPort', 'intptr_t', ['intptr_t', 'intptr_t', 'uintptr_t', 'uint32_t']),
      next: kernelCall('GetQueuedCompletionStatus', 'int', ['intptr_t', 'void *', 'void *', 'void *', 'uint32_t']),
      close: kernelCall('CloseHandle', 'int', ['intptr_t']),
    };
  }

  /**
   * CreateIoCompletionPort for no file: `ret` is the port's handle, 0 with a Win32 code where it failed.
   * https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-createiocompletionport
   */
  create(): Returned {
    return this.#calls.create(-1, 0, 0, 0);
  }

  /** CreateIoCompletionPort for a socket: its completions go to `port` from now on, until it is closed. `ret` is the port's handle. */
  bind(port: Handle, s: Handle, key: number): Returned {
    return this.#calls.create(s, port, key, 0);
  }

  /**
   * GetQueuedCompletionStatus: 1 for an operation that succeeded; 0 with a Win32 code for one that failed (64 after a reset), or, with `overlapped` 0,
   * where none was done within `timeout` ms (258 WAIT_TIMEOUT). https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatus
   */
  next(port: Handle, timeout: number): Completion {
    const { pointer } = this.#layouts;
    const bytes = presetBytes();
    new Uint8Array(this.#key.buffer).fill(0);
    new Uint8Array(this.#overlapped.buffer).fill(0);
    const returned = this.#calls.next(port, bytes, this.#key.buffer, this.#overlapped.buffer, timeout);
    return { ...transferred(returned, bytes), key: readPointer(this.#key, pointer, 0), overlapped: readPointer(this.#overlapped, pointer, 0) };
  }

  /** CloseHandle: 1, or 0 with a Win32 code. */
  close(port: Handle): Returned {
    return this.#calls.close(port);
  }
}
