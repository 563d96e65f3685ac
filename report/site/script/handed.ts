import { type Matrix, type MatrixData, unpackMatrix } from '../matrix-format.ts';

/** What a script before this one has left. */
const handed = globalThis as unknown as { readonly sockatlasMatrix: MatrixData; readonly sockatlasCodes: readonly string[] };

export function handedMatrix(): Matrix {
  return unpackMatrix(handed.sockatlasMatrix);
}

/** The codes that a page of the site tells of. */
export function handedCodes(): ReadonlySet<string> {
  return new Set(handed.sockatlasCodes);
}

/** An element that the page has. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}
