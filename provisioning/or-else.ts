/** What `read` gives of the file system, or `instead` where it cannot: what is asked for is gone, or another user's. */
export function orElse<T>(instead: T, read: () => T): T {
  try {
    return read();
  } catch {
    return instead;
  }
}
