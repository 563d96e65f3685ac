/** The beginning of a text that may be of any length, for a message. */
export function brief(text: string, most = 300): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
