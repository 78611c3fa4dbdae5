/**
 * Many rows of a file may speak of the same thing. The first row that says something about a property
 * counts, so that importing the same file twice comes to the same.
 */
interface Spoken {
  readonly line: number;
  /** One bit for each property that has been stated. */
  stated: number;
}

export class FirstWord<Row extends object> {
  readonly #spoken = new Map<string, Spoken>();
  readonly #properties: readonly (keyof Row & string)[];

  constructor(properties: readonly (keyof Row & string)[]) {
    this.#properties = properties;
  }

  /**
   * What becomes of `row`, and which properties an earlier line said differently. Null and undefined say nothing.
   * Nothing is remembered until `keep`.
   */
  merge(
    key: string,
    row: Row,
    stated: Partial<Row>,
  ): { readonly row: Row; readonly contradicted: readonly (keyof Row & string)[]; readonly line: number | null } {
    const spoken = this.#spoken.get(key);
    const result = { ...row };
    const contradicted: (keyof Row & string)[] = [];
    for (const [index, property] of this.#properties.entries()) {
      const value = stated[property];
      if (value === undefined || value === null || value === row[property]) continue;
      if (((spoken?.stated ?? 0) & (1 << index)) === 0) result[property] = value as Row[typeof property];
      else contradicted.push(property);
    }
    return { row: result, contradicted, line: spoken?.line ?? null };
  }

  /** Remembers what a row that is taken has said. */
  keep(key: string, line: number, stated: Partial<Row>): void {
    let bits = 0;
    for (const [index, property] of this.#properties.entries()) {
      const value = stated[property];
      if (value !== undefined && value !== null) bits |= 1 << index;
    }
    const spoken = this.#spoken.get(key);
    if (spoken === undefined) this.#spoken.set(key, { line, stated: bits });
    else spoken.stated |= bits;
  }
}
