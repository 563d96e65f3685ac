/** A file of the site: its path from the root, with `/`. */
export interface SiteFile {
  readonly path: string;
  readonly content: string;
}
