/** Where the scripts and the data of the interactive pages lie, from the site's root. */

export const INTERACTIVE_STYLE = 'interactive.css';
export const MATRIX_DATA = 'matrix-data.js';
export const CODES_DATA = 'codes-data.js';

export const SCRIPTS = ['matrix', 'calls', 'try'] as const;

export function script(name: (typeof SCRIPTS)[number]): string {
  return `script/${name}.js`;
}
