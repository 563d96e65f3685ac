import type { Sockets } from './sockets.ts';

/** koffi's native module is not there, or not for this system. The message says what to do. */
class NoNativeModule extends Error {
  override readonly name = 'NoNativeModule';
}

/** This process's socket API. koffi is loaded here and nowhere earlier. @throws NoNativeModule */
export async function loadSockets(): Promise<Sockets> {
  await requireKoffi();
  if (process.platform === 'win32') {
    const { WinsockSockets } = await import('./winsock/index.ts');
    return new WinsockSockets();
  }
  const { PosixSockets } = await import('./posix/index.ts');
  return new PosixSockets();
}

/** koffi's version. @throws NoNativeModule */
export async function requireKoffi(): Promise<string> {
  try {
    const { default: koffi } = await import('koffi');
    return koffi.version;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new NoNativeModule(
      `koffi's native module for ${process.platform}-${process.arch} cannot be loaded (${reason}). It is installed as an optional dependency: ` +
        'install without --omit=optional. On a CPU for which koffi has no binary, sockatlas cannot run scenarios; it can only judge and show recorded runs.',
    );
  }
}
