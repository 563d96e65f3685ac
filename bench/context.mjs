/** What is measured here needs no peer in a process of its own. */
export const NO_PEER = { command: process.execPath, args: ['-e', '0'] };
