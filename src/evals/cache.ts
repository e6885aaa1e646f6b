/** Answers by content address. A miss or a broken entry is `undefined`; writing never fails a run. */
export interface AnswerCache {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}
