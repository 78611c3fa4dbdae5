/** A query that is refused. Queries have no result to say it with, so they throw this; procedures answer with it. */
import type { Refusal, RefusalCode } from '#core/domain/errors.ts';

export class QueryRefused extends Error {
  readonly refusal: Refusal;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueryRefused';
    this.refusal = { code, message };
  }
}

/** The answer for a request that is not there or is not theirs to see: which of the two is nobody's business. */
export function requestNotFound(): QueryRefused {
  return new QueryRefused('request.notFound', 'There is no such request, or you may not see it.');
}

export function applicationNotFound(): QueryRefused {
  return new QueryRefused('application.notFound', 'This application does not exist.');
}
