#!/usr/bin/env node
// First, before anything touches process.stdout: it looks at how this process was started.
import '../emulation/starter-state.ts';
import { blanked } from '../platforms/printable.ts';
import { EXIT } from './errors.ts';

/** The line for an error that no command expected. A system's error says what and where itself; any other is a fault of sockatlas. */
function line(error: unknown): string {
  const { name, message, code, syscall } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE') return `${message}: allow more open files (ulimit -n 1024) and run the command again`;
  if (syscall === 'uv_cwd') return 'the working folder is gone: change to a folder that exists and run the command again';
  if (syscall !== undefined) return message;
  return `unexpected: ${name}: ${message}. This is a fault in sockatlas: report it in the issues of its repository, with the stack that SOCKATLAS_DEBUG=1 prints`;
}

/** Exit code 1 says that something deviates, so Node must not end the process by itself. */
function fail(error: unknown): never {
  process.stderr.write(`sockatlas: ${blanked(line(error))}\n`);
  if (process.env.SOCKATLAS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(EXIT.environment);
}

process.on('uncaughtException', fail);

// A reader that has gone (`| head`) ends the output, not the run. Of any other fault the rest of the command need not know either: what it keeps and writes, it keeps.
let stdoutFailed = false;
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // EOF is libuv's word for a broken pipe on Windows.
  if (code === 'EPIPE' || code === 'EOF' || stdoutFailed) return;
  stdoutFailed = true;
  process.stderr.write(`sockatlas: stdout could not be written: ${message}\n`);
});
process.on('exit', () => {
  if (stdoutFailed) process.exitCode = EXIT.environment;
});
// There is no other place to say it.
process.stderr.on('error', () => {});

try {
  // Not imported above: what fails while it is loaded, for want of descriptors, is told as well.
  const { runCommand } = await import('./program.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
} catch (error) {
  fail(error);
}
