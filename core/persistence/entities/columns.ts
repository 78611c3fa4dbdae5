/** Column kinds that both databases store alike: raw rows read the same from SQLite and from Postgres. */
import { p, Type, type Platform } from '@mikro-orm/core';
import { instant, type Instant } from '#core/domain/instant.ts';

/** UTC instants: ISO text in SQLite (sorts as text), `timestamptz(3)` in Postgres. */
class InstantType extends Type<Instant, string> {
  override convertToDatabaseValue(value: Instant): string {
    return value;
  }
  override convertToJSValue(value: string): Instant {
    return value === null ? value : instant(value);
  }
  override getColumnType(_property: unknown, platform: Platform): string {
    return platform.constructor.name.startsWith('Postgre') ? 'timestamptz(3)' : 'text';
  }
  override compareAsType(): string {
    return 'string';
  }
}

export const instantColumn = () => p.type(InstantType).$type<Instant>();
export const idColumn = <Id extends string>() => p.uuid().$type<Id>();
export const textColumn = <Text extends string = string>() => p.text().$type<Text>();
export const jsonColumn = <Value>() => p.json<Value>();
