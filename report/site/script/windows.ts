/**
 * The rows of a long table in windows of some lines each: those near what is seen are in the page, and the others are a gap of their height. All are there while it is
 * printed.
 */

/** Few, since a line of forty platforms is hundreds of elements. */
const LINES = 10;
/** In pixels, until one was seen. */
const LINE_HEIGHT = 60;
/** This much above and below what is seen is there too, in pixels. */
const MARGIN = 300;
/** Each look draws at most what the one before left out. */
const MOST_LOOKS = 5;
/** No printer is asked for more. */
const MOST_PRINTED = 3000;

export interface Window<L> {
  readonly lines: readonly L[];
  /** The place of its first line in all. */
  readonly first: number;
  /** Of the gap that it is; undefined where it is drawn. */
  readonly height: number | undefined;
}

export class Windows<L> {
  readonly #box: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #draw: () => void;
  #windows: { lines: readonly L[]; first: number; known: number | undefined }[] = [];
  #from = 0;
  #to = 0;
  #isPrinting = false;
  /** Of those that were seen last, in pixels: what is drawn too much, or only once another height is known, is drawn in vain. */
  #lineHeight = LINE_HEIGHT;

  constructor(box: HTMLElement, table: HTMLTableElement, draw: () => void) {
    this.#box = box;
    this.#table = table;
    this.#draw = draw;
    box.addEventListener('scroll', () => this.#look(), { passive: true });
    addEventListener('resize', () => this.#look());
    addEventListener('beforeprint', () => this.#print(true));
    addEventListener('afterprint', () => this.#print(false));
  }

  get all(): readonly Window<L>[] {
    return this.#windows.map((window, i) => ({ lines: window.lines, first: window.first, height: this.#isDrawn(i) ? undefined : this.#heightOf(window) }));
  }

  /** Shows other lines, from the first on. */
  show(lines: readonly L[]): void {
    this.#windows = [];
    for (let first = 0; first < lines.length; first += LINES) this.#windows.push({ lines: lines.slice(first, first + LINES), first, known: undefined });
    this.#table.ariaRowCount = String(lines.length + 1);
    this.#box.scrollTop = 0;
    // Drawn even where there is nothing to show; and first what is seen, then what is near it.
    [this.#from, this.#to] = [-1, -1];
    this.#look(0);
    requestAnimationFrame(() => this.#look());
  }

  /** What was drawn is of another height than was thought, and the box may have grown by it: then others are near. */
  #look(margin = MARGIN): void {
    for (let times = 0; times < MOST_LOOKS; times++) {
      const [from, to] = this.#seen(margin);
      if (from === this.#from && to === this.#to) return;
      [this.#from, this.#to] = [from, to];
      this.#draw();
      this.#measure();
    }
  }

  /** Which windows are near what is seen: the first, and the one behind the last. */
  #seen(margin: number): [number, number] {
    const [top, bottom] = [this.#box.scrollTop - margin, this.#box.scrollTop + this.#box.clientHeight + margin];
    let y = 0;
    let from = -1;
    for (const [i, window] of this.#windows.entries()) {
      const end = y + this.#heightOf(window);
      if (from === -1 && end > top) from = i;
      if (y > bottom) return [Math.max(0, from), i];
      y = end;
    }
    return [Math.max(0, from), this.#windows.length];
  }

  #measure(): void {
    let [pixels, lines] = [0, 0];
    for (const body of this.#table.querySelectorAll<HTMLElement>('[data-window]')) {
      const window = this.#windows[Number(body.dataset.window)];
      if (window === undefined) continue;
      window.known = body.offsetHeight;
      pixels += window.known;
      lines += window.lines.length;
    }
    if (lines > 0) this.#lineHeight = pixels / lines;
  }

  #print(isPrinting: boolean): void {
    this.#isPrinting = isPrinting;
    this.#draw();
  }

  #isDrawn(i: number): boolean {
    return (i >= this.#from && i < this.#to) || (this.#isPrinting && (this.#windows[i]?.first ?? 0) < MOST_PRINTED);
  }

  #heightOf({ lines, known }: { readonly lines: readonly L[]; readonly known: number | undefined }): number {
    return known ?? lines.length * this.#lineHeight;
  }
}
