/** Gives each intent its command id, and the same one again while nobody knows what became of it. */
import { v7 } from 'uuid';

export class CommandIntents {
  readonly #unanswered = new Map<string, string>();
  readonly #newId: () => string;

  constructor(newId: () => string = v7) {
    this.#newId = newId;
  }

  /** The id to run `input` under: that of the unanswered run with the same input, or else a fresh one. */
  idFor(input: unknown): string {
    const intent = JSON.stringify(input, (_key, value: unknown) =>
      value instanceof File ? [value.name, value.size, value.lastModified] : value,
    );
    const known = this.#unanswered.get(intent);
    if (known !== undefined) return known;
    const id = this.#newId();
    this.#unanswered.set(intent, id);
    return id;
  }

  /** The engine answered, done or refused: doing the same again is a new intent. */
  answered(commandId: string): void {
    for (const [intent, id] of this.#unanswered) {
      if (id === commandId) this.#unanswered.delete(intent);
    }
  }
}
