import { type Matrix, type MatrixData, unpackMatrix } from '../matrix-format.ts';

/** The data that a script before this one has left. */
export function handedMatrix(): Matrix {
  return unpackMatrix((globalThis as unknown as { readonly sockatlasMatrix: MatrixData }).sockatlasMatrix);
}

/** An element that the page has. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}
