import { basename, extname, resolve } from 'node:path';
import { type LibraryFunction, USUAL_CALLS } from '../classification/checked-function.ts';
import { readSharedLibrary, type SharedLibrary, SharedLibraryError } from '../classification/shared-library.ts';
import { TABLE_CALLS, type TableCall } from '../classification/table-terms.ts';
import { type CodePlatform, MEANINGS, type Meaning, platformsWith } from '../language/code.ts';
import { didYouMean, nearest } from '../platforms/nearest.ts';
import { UsageError } from './errors.ts';

/** Options for a C function, because it does not contain this information: the meanings of its numbers, the API of its codes, and its calls. */
export interface LibraryOptions {
  /** `-1=other,-2=would-block,-3=reset` */
  readonly meanings?: string;
  /** `posix,winsock`; those of the system that the file was built for where absent. */
  readonly api?: string;
  /** `recv,send`, which is the default. */
  readonly calls?: string;
}

const LIBRARY = /^(.+\.(?:so(?:\.\d+)*|dll|dylib)):([A-Za-z_]\w*)$/;
const MOST_LISTED = 20;
const EXAMPLE = '--meanings 1=data,0=end,-1=other,-2=would-block,-3=reset';

const FORMATS: Readonly<Record<SharedLibrary['format'], { readonly system: string; readonly posix: CodePlatform; readonly api: 'posix' | 'winsock' }>> = {
  elf: { system: 'Linux', posix: 'linux', api: 'posix' },
  macho: { system: 'macOS', posix: 'darwin', api: 'posix' },
  pe: { system: 'Windows', posix: 'linux', api: 'winsock' },
};

/** Whether an argument of `check` names a function of a shared library: `./libmine.so:classify`. */
export function isLibraryFunction(name: string): boolean {
  return LIBRARY.test(name);
}

/** What `./libmine.so:classify` and its options stand for; the file is read, not loaded. @throws UsageError */
export function libraryFunction(argument: string, options: LibraryOptions): LibraryFunction {
  const [, given = '', name = ''] = LIBRARY.exec(argument) ?? [];
  const file = resolve(given);
  const { format, exports } = read(file, given);
  const { system, posix, api } = FORMATS[format];
  if (format !== formatHere())
    throw new UsageError(`${given} was built for ${system} and cannot be loaded here: run this check on ${system}, or build it for this system`);
  if (exports !== undefined && !exports.includes(name))
    throw new UsageError(`${given} exports no function ${name}${didYouMean(exports, name)}\n${listed(exports, name)}`);
  if (options.meanings === undefined)
    throw new UsageError(`${argument} returns numbers. --meanings must give the meaning of each, for example ${EXAMPLE}\nThe meanings: ${MEANINGS.join(', ')}`);
  const apis = options.api === undefined ? [api] : listOf('--api', options.api, ['posix', 'winsock'] as const);
  return {
    kind: 'library',
    file,
    name,
    classes: parseMeanings(options.meanings),
    calls: options.calls === undefined ? USUAL_CALLS : listOf<TableCall>('--calls', options.calls, TABLE_CALLS),
    platforms: apis.flatMap((api): readonly CodePlatform[] => (api === 'posix' ? [posix] : platformsWith(api))),
  };
}

/** What to type for a source file, or a library whose function is not named; undefined for any other argument. */
export function libraryAdvice(argument: string): string | undefined {
  const ending = extname(argument);
  if (/^\.(c|cc|cpp|cxx)$/.test(ending)) return compileAdvice(argument, basename(argument, ending), ending === '.c');
  if (!/\.(so(\.\d+)*|dll|dylib)$/.test(argument)) return undefined;
  const { exports } = read(resolve(argument), argument);
  return `${argument}: name the function too, ${argument}:classify\n${listed(exports ?? [], 'classify')}`;
}

function compileAdvice(source: string, name: string, isC: boolean): string {
  const [compiler, mingw] = isC ? ['cc', 'gcc'] : ['c++', 'g++'];
  return [
    `${source} is source code: compile it to a shared library and check the library${isC ? '' : ' (declare the function extern "C")'}`,
    `  Linux:    ${compiler} -shared -fPIC -o lib${name}.so ${source}`,
    `  macOS:    ${compiler} -shared -fPIC -o lib${name}.dylib ${source}`,
    `  Windows:  cl /LD ${source} /link /EXPORT:classify`,
    `  MinGW:    ${mingw} -shared -o ${name}.dll ${source}`,
    `  then:     sockatlas check ./lib${name}.so:classify ${EXAMPLE}`,
  ].join('\n');
}

function read(file: string, given: string): SharedLibrary {
  try {
    return readSharedLibrary(file);
  } catch (error) {
    if (error instanceof SharedLibraryError) throw new UsageError(error.message.replaceAll(file, given));
    throw error;
  }
}

function formatHere(): SharedLibrary['format'] {
  return process.platform === 'win32' ? 'pe' : process.platform === 'darwin' ? 'macho' : 'elf';
}

function listed(exports: readonly string[], wanted: string): string {
  if (exports.length === 0)
    return 'It exports no function. On Windows a function is exported by __declspec(dllexport), or by cl /LD mine.c /link /EXPORT:classify';
  const shown = exports.length <= MOST_LISTED ? exports.toSorted() : nearest(exports, wanted, MOST_LISTED);
  return `It exports ${shown.join(', ')}${shown.length < exports.length ? ` and ${exports.length - shown.length} more` : ''}`;
}

function listOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name[] {
  return value.split(',').map((part) => {
    const name = names.find((candidate) => candidate === part.trim());
    if (name === undefined)
      throw new UsageError(`${option} ${JSON.stringify(part)}: choose from ${names.join(', ')}, separated by commas${didYouMean(names, part)}`);
    return name;
  });
}

function parseMeanings(value: string): Map<number, Meaning> {
  const meanings = new Map<number, Meaning>();
  for (const part of value.split(',')) {
    const [, number, meaning] = /^(-?\d+)=(.+)$/.exec(part.trim()) ?? [];
    const known = MEANINGS.find((candidate) => candidate === meaning);
    if (number === undefined || known === undefined) {
      const near = meaning === undefined ? '' : didYouMean(MEANINGS, meaning);
      throw new UsageError(
        `--meanings ${JSON.stringify(part)}: it must be a number and a meaning, for example -3=reset${near}\nThe meanings: ${MEANINGS.join(', ')}`,
      );
    }
    if (meanings.has(Number(number))) throw new UsageError(`--meanings ${JSON.stringify(part)}: ${number} is given twice`);
    meanings.set(Number(number), known);
  }
  return meanings;
}
