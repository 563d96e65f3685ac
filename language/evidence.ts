/**
 * The kind of evidence for an expectation, strongest first:
 *
 * - `measured`: a recorded run of sockatlas shows it;
 * - `asserted`: a test that runs on that platform asserts it (Wine's own tests also run on Windows);
 * - `documented`: it is in the vendor's documentation;
 * - `reported`: users or maintainers saw it (an issue, a comment in a source file);
 * - `inferred`: it follows from other behaviour; it is shown, and runs are not judged by it;
 * - `unknown`: no source was found.
 *
 * A trace has the evidence of its weakest call.
 */
export const EVIDENCE = ['measured', 'asserted', 'documented', 'reported', 'inferred', 'unknown'] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** Whether the first is worth less than the second. */
export function isWeaker(a: Evidence, b: Evidence): boolean {
  return a !== b && EVIDENCE.indexOf(a) > EVIDENCE.indexOf(b);
}

const PHRASES: Readonly<Record<Evidence, string>> = {
  measured: 'measured here',
  asserted: 'asserted by a test that runs on Windows',
  documented: 'documented',
  reported: 'reported',
  inferred: 'inferred',
  unknown: 'not known',
};

/** The evidence in words: `asserted by a test that runs on Windows`. */
export function evidencePhrase(evidence: Evidence): string {
  return PHRASES[evidence];
}

/** Whether runs are judged by an expectation with this evidence. What is only inferred, or not known, is shown and not judged. */
export function isAsserted(evidence: Evidence): boolean {
  return evidence !== 'inferred' && evidence !== 'unknown';
}
