/** Errors of files that people or programs wrote, apart from what reads them: the command's last handler knows them and loads nothing else. */

/** A JSON file that cannot be used. The message has a line for each complaint: `FILE:LINE: POINTER: what is wrong; did you mean …?` */
export class JsonFileError extends Error {
  override readonly name = 'JsonFileError';
}

/** A run file that cannot be read, is not of the format, or is not whole. The message names the file, the line and the field. */
export class RunFileError extends Error {
  override readonly name = 'RunFileError';
}
