/**
 * The value to which the error code is set before each call. No socket call sets it. An observation with this value therefore means that the call
 * failed and set no code (Wine's tests preset 0xdeadbeef for the same reason).
 */
export const UNTOUCHED = 987_654_321;
