import { requireKoffi } from './load.ts';

/**
 * A classifier in a shared library: `int classify(long ret, int code)`. It may crash the process that loads it, so it must be called in a separate process.
 *
 * @throws NoNativeModule
 * @throws Error where the library cannot be loaded, or does not export the name
 */
export async function loadClassifier(file: string, name: string): Promise<(ret: number, code: number) => number> {
  await requireKoffi();
  const { default: koffi } = await import('koffi');
  return koffi.load(file).func(name, 'int', ['long', 'int']);
}
