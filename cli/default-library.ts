/** The library that a command takes where none is named. Only the command has such a default. */
export const DEFAULT_LIBRARY = 'mongoose';
