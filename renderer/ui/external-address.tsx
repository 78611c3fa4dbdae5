/** Something in another system: a link where it may be opened, and in any case its address to copy. */
import { Anchor } from '@mantine/core';
import { CopyText } from './copy-text.tsx';
import { openableAddress } from './openable-address.ts';

export interface ExternalAddressProps {
  readonly text: string;
  /** Null: it has no page. */
  readonly address: string | null;
  /** What the address is, for the button that copies it. */
  readonly what: string;
}

export function ExternalAddress({ text, address, what }: ExternalAddressProps) {
  if (address === null) return <>{text}</>;
  const href = openableAddress(address);
  return (
    <>
      {href === null ? (
        text
      ) : (
        <Anchor href={href} target="_blank" rel="noopener noreferrer" size="sm">
          {text}
        </Anchor>
      )}{' '}
      <CopyText value={address} what={what} shorten={48} />
    </>
  );
}
