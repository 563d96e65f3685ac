import koffi from 'koffi';
import type { CodeRegister } from '../captured.ts';

/**
 * errno, as the memory that it is: one int for each thread, where the C library says. Reading it is no native call, so that nothing comes between a call and
 * its code but the return from it; with koffi.errno() there would be a second call. Threads load this module each for themselves.
 */
export function errnoRegister(library: ReturnType<typeof koffi.load>): CodeRegister {
  const location = library.func(process.platform === 'darwin' ? '__error' : '__errno_location', 'void *', []);
  const errno = new Int32Array(koffi.view(location(), Int32Array.BYTES_PER_ELEMENT));
  return {
    set: (code) => {
      errno[0] = code;
    },
    get: () => errno[0] as number,
  };
}
