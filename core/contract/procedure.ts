/** The base of every procedure: what a query answers when it is refused. Commands answer with a result instead. */
import { oc } from '@orpc/contract';
import { refusalSchema } from './schemas.ts';

export const procedure = oc.errors({ REFUSED: { status: 422, data: refusalSchema } });
