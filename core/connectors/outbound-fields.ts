/** What the forms of connectors share that send templated calls: addresses, headers, lists of statuses. */
import { z } from 'zod';
import { isLoopback } from './form-values.ts';
import { fillIn, templateProblem, type TemplateValues } from './text-template.ts';

/** An address that calls go to. @param example of one that can be used */
export function addressSchema(example: string, more: { readonly query?: boolean } = {}) {
  return z
    .string()
    .trim()
    .transform((text, context) => {
      const problem = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (!URL.canParse(text)) return problem(`Enter a full address, such as ${example}.`);
      const url = new URL(text);
      if (url.username !== '' || url.password !== '')
        return problem('Leave user name and password out of the address; they have fields of their own.');
      if (url.hash !== '' || (url.search !== '' && more.query !== true))
        return problem(`Leave out everything from the ${more.query === true ? '#' : '? or #'} on.`);
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
        return problem(
          'Use https: over http, what is sent could be read and changed on the way. Plain http is for this machine alone.',
        );
      return text.replace(/\/+$/, '');
    });
}

/** A template that knows these placeholders. @param further what else must hold of it */
export function templateSchema(known: readonly string[], further: (template: string) => string | null = () => null) {
  return z.string().superRefine((template, context) => {
    const message = templateProblem(template, known) ?? further(template);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

export type Statuses = readonly (readonly [from: number, to: number])[];

/** `200, 201` or `200-299`. */
export const statusesSchema = z.string().transform((text, context): Statuses => {
  const parts = text.split(',').map((part) => /^\s*([1-5]\d\d)\s*(?:-\s*([1-5]\d\d)\s*)?$/.exec(part));
  const ranges = parts.flatMap((part): [number, number][] =>
    part === null ? [] : [[Number(part[1]), Number(part[2] ?? part[1])]],
  );
  if (ranges.length === parts.length && ranges.every(([from, to]) => from >= 200 && from <= to)) return ranges;
  context.addIssue({ code: 'custom', message: 'Enter statuses such as 200, 201 or 200-299.' });
  return z.NEVER;
});

export function isExpected(statuses: Statuses, status: number): boolean {
  return statuses.some(([from, to]) => status >= from && status <= to);
}

/** Headers that Gatehouse or the transport writes itself. */
const ownHeaders =
  /^(authorization|content-type|content-length|content-encoding|host|cookie|connection|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|webhook-.*)$/i;

export type HeaderLines = readonly (readonly [name: string, template: string])[];

/** One header a line, `Name: value`, with placeholders in the value. */
export function headersSchema(known: readonly string[]) {
  return z.string().transform((text, context): HeaderLines => {
    const lines: [string, string][] = [];
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const match = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*)$/.exec(line.trim());
      const [, name = '', template = ''] = match ?? [];
      const problem =
        match === null
          ? 'write it as Name: value.'
          : ownHeaders.test(name)
            ? `${name} is written by Gatehouse itself.`
            : templateProblem(template, known)?.replace(/^Line 1: /, '');
      if (problem !== null && problem !== undefined) {
        context.addIssue({ code: 'custom', message: `Line ${index + 1}: ${problem}` });
        return z.NEVER;
      }
      lines.push([name, template]);
    }
    return lines;
  });
}

export function headersOf(lines: HeaderLines, values: TemplateValues): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map(([name, template]) => [name, fillIn(template, values, 'line')]));
}
