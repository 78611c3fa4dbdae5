/**
 * Which entitlement a row means. BalkanID describes access as project, connection (a group or role),
 * resource and privilege; here it is one entitlement on an optional resource:
 * with a connection, the connection is what is requested and its privileges describe it; without one, the privilege is.
 */
import { createHash } from 'node:crypto';
import type { Fields } from './fields.ts';

export interface MeantEntitlement {
  /** As the file states it, or derived from the row's words: the same words are the same entitlement. */
  readonly externalId: string;
  readonly stated: boolean;
  readonly name: string;
  /** Null: the file does not say; new ones get `defaultKind`. */
  readonly kind: string | null;
  readonly defaultKind: string;
  readonly resource: { readonly externalId: string; readonly name: string; readonly kind: string } | null;
  /** What the connection allows, for its description; null when the row says nothing, or that it does not. */
  readonly privilege: string | null;
  /** False for a privilege that is expressly not held: the row says what exists, and grants nothing. */
  readonly held: boolean;
}

/** An index of Postgres holds some 2,700 bytes; longer keys are hashed. */
const longestKey = 400;
const yes = new Set(['true', 'yes', '1']);
const no = new Set(['false', 'no', '0', 'deny', 'denied']);

/** Null when the row names no entitlement at all, or was rejected. */
export function entitlementOf(fields: Fields): MeantEntitlement | null {
  const privilege = privilegeOf(fields);
  const [connection, named, id] = [fields.text('connection'), fields.text('entitlement'), fields.text('entitlementId')];
  const name = named ?? connection ?? privilege.text ?? id;
  if (name === null) {
    fields.reject(fields.has('privilegeName') ? 'privilegeName' : 'entitlement', 'The row names no entitlement.');
    return null;
  }
  const resource = resourceOf(fields);
  const isPrivilege = named === null && connection === null && privilege.text !== null;
  const kind = (fields.text('entitlementKind') ?? fields.text('connectionType'))?.toLowerCase() ?? null;
  const defaultKind = isPrivilege ? 'permission' : 'entitlement';
  return {
    externalId: id ?? keyOf([resource?.externalId ?? '', kind ?? defaultKind, name]),
    stated: id !== null,
    name,
    kind,
    defaultKind,
    resource,
    privilege: isPrivilege || !privilege.held ? null : privilege.text,
    held: privilege.held,
  };
}

function privilegeOf(fields: Fields): { readonly text: string | null; readonly held: boolean } {
  const [name, value] = [fields.text('privilegeName'), fields.text('privilegeValue')];
  if (name === null) return { text: null, held: true };
  const word = (value ?? 'true').toLowerCase();
  const plain = yes.has(word) || no.has(word) || word === name.toLowerCase();
  return { text: plain ? name : `${name}: ${value}`, held: !no.has(word) };
}

/** A row without a resource is about its project; `default` is BalkanID's word for none. */
function resourceOf(fields: Fields): MeantEntitlement['resource'] {
  const project = fields.text('project');
  const inProject = project === null || project.toLowerCase() === 'default' ? null : project;
  const [name, id] = [fields.text('resource'), fields.text('resourceId')];
  const kind = fields.text('resourceType')?.toLowerCase() ?? 'resource';
  if (name === null && id === null) {
    return inProject === null
      ? null
      : { externalId: keyOf(['', 'project', inProject]), name: inProject, kind: 'project' };
  }
  const own = name ?? id ?? '';
  return {
    externalId: id ?? keyOf([inProject ?? '', kind, own]),
    name: inProject === null ? own : `${inProject}/${own}`,
    kind,
  };
}

/** One text for a list of words, different for different lists. */
function keyOf(words: readonly string[]): string {
  const key = words.map((word) => encodeURIComponent(word)).join('/');
  return key.length <= longestKey ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
}
