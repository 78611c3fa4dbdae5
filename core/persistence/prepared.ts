/**
 * Queries of the hot path, built and compiled once per shape instead of once per call: putting a query
 * together costs more than SQLite takes to answer it. What is sent to the database is the same.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Reader } from './tables.ts';

/** Stands for a parameter while the query is compiled. */
class Slot {
  readonly position: number;
  /** Position within a list; null when the parameter is one value. */
  readonly element: number | null;

  constructor(position: number, element: number | null) {
    this.position = position;
    this.element = element;
  }
}

/** Shapes kept per query and database; further ones are compiled in passing. */
const keptShapes = 200;

/**
 * A query as a function of its parameters. `build` is called once for each length of the lists among them,
 * and must put the parameters into the query as values and nowhere else.
 */
export function prepared<Parameters extends readonly unknown[], Row>(
  build: (reader: Reader, ...parameters: Parameters) => Compilable<Row>,
): (reader: Reader, ...parameters: Parameters) => Promise<Row[]> {
  const query = preparedByShape<null, Parameters, Row>(
    (reader, _shape, parameters) => build(reader, ...parameters),
    () => '',
  );
  return (reader, ...parameters) => query(reader, null, parameters);
}

/** The same for a family of queries: `nameOf` tells the shapes apart whose text differs. */
export function preparedByShape<Shape, Parameters extends readonly unknown[], Row>(
  build: (reader: Reader, shape: Shape, parameters: Parameters) => Compilable<Row>,
  nameOf: (shape: Shape) => string,
): (reader: Reader, shape: Shape, parameters: Parameters) => Promise<Row[]> {
  // A transaction shares the adapter of its database; no two databases of a process do.
  const plansByDatabase = new WeakMap<object, Map<string, CompiledQuery<Row>>>();
  return async (reader, shape, parameters) => {
    const { adapter } = reader.getExecutor();
    let plans = plansByDatabase.get(adapter);
    if (plans === undefined) {
      plans = new Map<string, CompiledQuery<Row>>();
      plansByDatabase.set(adapter, plans);
    }
    const name = nameOf(shape) + lengthsOf(parameters);
    let plan = plans.get(name);
    if (plan === undefined) {
      plan = build(reader, shape, slotsFor(parameters) as unknown as Parameters).compile() as CompiledQuery<Row>;
      if (plans.size < keptShapes) plans.set(name, plan);
    }
    const { rows } = await reader.executeQuery<Row>({
      ...plan,
      parameters: plan.parameters.map((value) => filled(value, parameters)),
    });
    return rows;
  };
}

function lengthsOf(parameters: readonly unknown[]): string {
  let lengths = '';
  for (const value of parameters) lengths += Array.isArray(value) ? ` ${value.length}` : '';
  return lengths;
}

function slotsFor(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.map((value, position) =>
    Array.isArray(value) ? value.map((_, element) => new Slot(position, element)) : new Slot(position, null),
  );
}

function filled(value: unknown, parameters: readonly unknown[]): unknown {
  if (!(value instanceof Slot)) return value;
  const given = parameters[value.position];
  return value.element === null ? given : (given as readonly unknown[])[value.element];
}
