/** Errors about files. They are in a module of their own so that the command's last error handler can import them and load nothing else. */

/** A JSON file that cannot be used. The message has a line for each complaint: `FILE:LINE: POINTER: what is wrong; did you mean …?` */
export class JsonFileError extends Error {
  override readonly name = 'JsonFileError';
  readonly code = 'SOCKATLAS_JSON_FILE';
}

/** A run file that cannot be read, is not of the format, or is not whole. The message names the file, the line and the field. */
export class RunFileError extends Error {
  override readonly name = 'RunFileError';
  readonly code = 'SOCKATLAS_RUN_FILE';
}

/** There is no folder for what sockatlas keeps. The message says what to set. */
export class NoCacheFolder extends Error {
  override readonly name = 'NoCacheFolder';
  readonly code = 'SOCKATLAS_NO_CACHE_FOLDER';
}
