/**
 * Texts with placeholders, as people write them into a connection: Mustache without anything that could reach beyond
 * the values handed in. A template is checked when the connection is saved, and every value is escaped for the place
 * it is put into, so that whatever a person or an application is called, the text keeps its shape.
 */
import Mustache from 'mustache';

export type TemplateValues = Readonly<Record<string, string>>;

/** `json`: within quotation marks of JSON. `url`: a part of a path, a query or a form. `line`: one line, such as a header. */
export type Escaping = 'json' | 'url' | 'line';

type Token = readonly [type: string, value: string, start: number, end: number, children?: readonly Token[]];

const escapes: Readonly<Record<Escaping, (text: string) => string>> = {
  json: (text) => JSON.stringify(text.toWellFormed()).slice(1, -1),
  url: (text) => encodeURIComponent(text.toWellFormed()),
  line: (text) => text.replace(/[^\x20-\x7e]+/g, ' ').trim(),
};

/** What is wrong with a template, and where, in words for people; null when it can be used. */
export function templateProblem(template: string, known: readonly string[]): string | null {
  let tokens: readonly Token[];
  try {
    tokens = parsed(template);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = / at (\d+)$/.exec(message);
    return at === null ? `${message}.` : `Line ${lineAt(template, Number(at[1]))}: ${message.slice(0, at.index)}.`;
  }
  return problemIn(tokens, template, known);
}

/** @param template one without a problem */
export function fillIn(template: string, values: TemplateValues, escaping: Escaping): string {
  const writer = new Mustache.Writer();
  return writer.render(template, values, undefined, { escape: (value: unknown) => escapes[escaping](String(value)) });
}

/**
 * Why a template for JSON gives none, whatever it is filled with; null when it does. Filled in with awkward values and
 * with none at all, which finds placeholders that stand outside of quotation marks.
 */
export function jsonProblem(template: string, values: TemplateValues): string | null {
  const hostile = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, /^\d+$/.test(value) ? value : `"\\\n${value}{},`]),
  );
  const empty = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, /^\d+$/.test(value) ? value : '']),
  );
  for (const some of [values, hostile, empty]) {
    const text = fillIn(template, some, 'json');
    try {
      JSON.parse(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `This is no JSON once its placeholders are filled in (${message.replace(/\.$/, '')}). A placeholder stands within quotation marks.`;
    }
  }
  return null;
}

function parsed(template: string): readonly Token[] {
  return new Mustache.Writer().parse(template) as unknown as readonly Token[];
}

function problemIn(tokens: readonly Token[], template: string, known: readonly string[]): string | null {
  for (const [type, value, start, , children = []] of tokens) {
    const where = `Line ${lineAt(template, start)}`;
    if (type === 'text' || type === '!') continue;
    if (type === '&') return `${where}: {{{${value}}}} would be put in as it is. Write {{${value}}}.`;
    if (type !== 'name' && type !== '#' && type !== '^')
      return `${where}: partials and other delimiters are not taken here.`;
    if (!known.includes(value))
      return `${where}: there is no placeholder {{${value}}}. There are ${known.map((name) => `{{${name}}}`).join(', ')}.`;
    const inner = problemIn(children, template, known);
    if (inner !== null) return inner;
  }
  return null;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
