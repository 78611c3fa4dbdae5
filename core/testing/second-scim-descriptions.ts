/** What the second SCIM server says of its resource types and schemas, where it says anything (RFC 7643 sections 6 and 7). */

const schemaOf = (name: string) => `urn:example:schemas:${name}`;
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** One of each way to write an endpoint, and some that nobody can be a member of. */
export const resourceTypes = [
  { name: 'User', endpoint: '/Users', schema: userSchema },
  { name: 'Group', endpoint: 'Groups', schema: 'urn:ietf:params:scim:schemas:core:2.0:Group' },
  { name: 'WorkProject', endpoint: 'Projects', schema: schemaOf('Project') },
  { name: 'Printer', endpoint: '/Printers', schema: schemaOf('Printer') },
  { name: 'Elsewhere', endpoint: '/../admin', schema: schemaOf('Project') },
];

export function schemasWith(offeredRoles: readonly string[], asTexts: boolean): readonly object[] {
  const canonicalValues = offeredRoles;
  const roles = asTexts
    ? { name: 'roles', type: 'string', multiValued: true, canonicalValues }
    : {
        name: 'roles',
        type: 'complex',
        multiValued: true,
        subAttributes: [{ name: 'value', type: 'string', canonicalValues }],
      };
  return [
    { id: userSchema, attributes: [{ name: 'userName', type: 'string', multiValued: false }, roles] },
    { id: schemaOf('Project'), attributes: [{ name: 'members', type: 'complex', multiValued: true }] },
    { id: schemaOf('Printer'), attributes: [{ name: 'model', type: 'string', multiValued: false }] },
  ];
}
