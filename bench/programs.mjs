import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program beside this file, as a path. */
export const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What is to be compared with is not on this machine, or does not build here. */
export class Absent extends Error {}

/** Compiles a C source of this folder into `folder`. @throws Absent */
export function compile(name, folder) {
  const program = `${folder}/${name}`;
  const { error, status, stderr } = spawnSync(process.env.CC ?? 'cc', ['-O2', '-o', program, beside(`${name}.c`)], { encoding: 'utf8' });
  if (error !== undefined) throw new Absent('no C compiler: C is left out');
  if (status !== 0) throw new Absent(`${name}.c does not compile here and is left out (${stderr.trim().split('\n')[0]})`);
  return program;
}

/** @throws Absent */
export function findPython() {
  if (spawnSync('python3', ['--version']).status !== 0) throw new Absent('no python3: Python is left out');
  return 'python3';
}

/** Runs a program to its end; resolves to the JSON that it prints. */
export function measured(command, args) {
  const { error, status, signal, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? status}: ${stderr.trim()}`);
  return JSON.parse(stdout);
}
