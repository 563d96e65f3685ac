/**
 * What a code register is preset to before each call. No socket call gives it, so an observation that shows it says that the call
 * failed and left no code (Wine's tests preset 0xdeadbeef for the same reason).
 */
export const UNTOUCHED = 987_654_321;
