#!/usr/bin/env node
import { runCommand } from './program.ts';

// A reader that has gone (`| head`) ends the output, not the run; what else may be wrong with stdout is told by whoever prints.
process.stdout.on('error', () => {});

process.exitCode = await runCommand(process.argv.slice(2));
